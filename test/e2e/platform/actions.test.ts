import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { JobActionSpec, RunView } from '#node-protocol';
import {
  agent,
  isRoot,
  nobodyCanRun,
  passFile,
  requireProgram,
  skipBecause,
  type PlatformFixture,
} from '#test/support';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

const PASSPHRASE = 'told by the environment';
const PASSWORD = 'of an account, and of nobody else';

describe('the actions of jobs', function () {
  this.timeout(90_000);
  let own: OwnPlatform;
  let platform: PlatformFixture;
  let source: string;
  const asNobody = isRoot() && nobodyCanRun();

  before(async function () {
    if (asNobody) requireProgram(this, 'setpriv');
    own = await startOwnPlatform({
      asNobody,
      env: { FIRN_PASSPHRASE: PASSPHRASE, FIRN_PASSWORD: PASSWORD, FIRN_USERNAME: 'somebody else' },
    });
    platform = own.platform;
    source = directory('source');
    writeFileSync(join(source, 'file'), 'content');
    writeFileSync(join(source, 'other'), 'more of it');
  });
  after(() => own?.[Symbol.asyncDispose]());

  function directory(name: string): string {
    const path = join(platform.data, name);
    mkdirSync(path);
    return path;
  }

  async function runOf(...actions: readonly JobActionSpec[]): Promise<RunView> {
    const job = await platform.makeJob(actions);
    return platform.runOf(job.id);
  }

  function backup(container: string, more: object = {}): JobActionSpec {
    const path = join(platform.data, container);
    return { settings: { path_to_backup: source, backup_name: 'name', container: path, ...more } };
  }

  /** The exit code of an agent that reads a container with a passphrase, far from any platform. */
  async function opens(container: string, passphrase: string): Promise<number | undefined> {
    const where = ['--container', join(platform.data, container)];
    const { code } = await agent(['verify', '--read-data', ...where], {
      asNobody,
      env: { FIRN_PASSPHRASE: passphrase },
    });
    return code;
  }

  it('verify, list, info and prune what an action before them has stored', async () => {
    const container = join(platform.data, 'kept');
    const run = await runOf(
      // An action that says nothing of what it does is a backup.
      backup('kept'),
      backup('kept', { action: 'backup', no_incremental: true }),
      { settings: { action: 'verify', container, read_data: true } },
      { settings: { action: 'list', container } },
      { settings: { action: 'info', container } },
      { settings: { action: 'prune', container, backup_name: 'name', keep_last: 1 } },
    );
    assert.deepEqual(
      run.attempts.map(({ does, state, exitCode }) => `${does} ${state} ${exitCode}`),
      ['backup', 'backup', 'verify', 'list', 'info', 'prune'].map((does) => `${does} succeeded 0`),
      JSON.stringify(run.failure),
    );
    // Two backups were recorded, also when one of them is removed by the same run.
    assert.equal((await platform.api.backups.list({ runId: run.id })).total, 2);
  });

  it('get FIRN_PASSPHRASE from the environment of the scheduler', async () => {
    const run = await runOf(backup('by-environment'));
    assert.equal(run.state, 'succeeded', JSON.stringify(run.failure));
    assert.deepEqual(await opens('by-environment', PASSPHRASE), 0);
    assert.deepEqual(await opens('by-environment', 'another one'), 4);
  });

  it('encrypt with the file that they name, which wins over that environment', async () => {
    const file = passFile(platform.data, 'from a file', 'from-a-file');
    const container = join(platform.data, 'by-file');
    const run = await runOf(backup('by-file', { encrypt_pass_file: file }), {
      settings: { action: 'verify', container, read_data: true, encrypt_pass_file: file },
    });
    assert.equal(run.state, 'succeeded', JSON.stringify(run.failure));
    assert.deepEqual(await opens('by-file', 'from a file'), 0);
    assert.deepEqual(await opens('by-file', PASSPHRASE), 4);
  });

  it('hear nothing of the account of the scheduler', async () => {
    const heard = directory('heard');
    chmodSync(heard, 0o777);
    const file = join(heard, 'environment');
    const run = await runOf({
      settings: { action: 'exec', command: ['sh', '-c', 'env > "$0"', file] },
    });
    assert.equal(run.state, 'succeeded', JSON.stringify(run.failure));
    const text = readFileSync(file, 'utf8');
    assert.match(text, /^PATH=/m);
    assert.doesNotMatch(text, /FIRN_PASSWORD|FIRN_USERNAME|FIRN_ADMIN|account|DATABASE_URL/);
  });

  it('that cannot read all of their source make a run that is incomplete, and a job that succeeded', async function () {
    if (isRoot() && !asNobody) skipBecause(this, 'root can read everything');
    const place = directory('partly');
    writeFileSync(join(place, 'readable'), 'yes');
    writeFileSync(join(place, 'private'), 'no', { mode: 0 });
    const run = await runOf(backup('incomplete', { path_to_backup: place }), {
      settings: { action: 'exec', command: ['true'] },
    });
    assert.deepEqual([run.state, run.exitCode], ['incomplete', 3]);
    assert.deepEqual(
      run.attempts.map(({ state, exitCode }) => [state, exitCode]),
      [
        ['incomplete', 3],
        ['succeeded', 0],
      ],
    );
    const { status, result } = await platform.api.jobs.get(run.jobId);
    assert.deepEqual([status, result], ['completed', 'success']);
    const { items } = await platform.api.backups.list({ runId: run.id });
    assert.deepEqual(
      items.map(({ status }) => status),
      ['available'],
    );
  });

  it('that cannot read anything fail, and say why in the run', async () => {
    const run = await runOf(backup('nothing', { path_to_backup: join(platform.data, 'nowhere') }));
    assert.equal(run.state, 'failed');
    assert.match(run.failure?.message ?? '', /nowhere/);
    assert.ok(run.failure?.code && run.failure.hint, JSON.stringify(run.failure));
    assert.deepEqual([run.bytesRead, run.bytesStored], [0, 0]);
  });
});
