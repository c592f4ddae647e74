import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  processIdentity,
  processState,
  systemCommands,
  temporaryDirectory,
  type TemporaryDirectory,
} from '#host';
import { systemClock } from '#kernel';
import { agentMain, requireProgram } from '#test/support';
import type { AgentOrder } from './agents.js';
import { SystemAgents, type AgentProgram } from './system-agents.js';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const program: AgentProgram = {
  program: process.execPath,
  args: ['--enable-source-maps', agentMain],
  env: { PATH, LANG: 'C.UTF-8' },
};

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1500 && !holds(); tries += 1) await systemClock.sleep(10);
  assert.ok(holds());
}

describe('agents as processes', function () {
  this.timeout(60_000);
  let place: TemporaryDirectory;
  let watching: AbortController;
  let agents: SystemAgents;

  beforeEach(async () => {
    place = await temporaryDirectory('firn-test-');
    watching = new AbortController();
    agents = new SystemAgents(program, systemCommands, watching.signal);
    mkdirSync(join(place.path, 'run'));
    mkdirSync(join(place.path, 'source'));
    writeFileSync(join(place.path, 'source', 'file'), 'content');
  });

  afterEach(async () => {
    watching.abort(new Error('over'));
    await place.remove();
  });

  const order = (settings: AgentOrder['settings'], name = '0-1'): AgentOrder => ({
    directory: join(place.path, 'run'),
    name,
    settings,
  });
  const backup = () =>
    order({
      ...{ action: 'backup', path_to_backup: join(place.path, 'source'), backup_name: 'x' },
      ...{ container: join(place.path, 'container'), 'metadata-out': '/nowhere' },
    });
  /** Says its number, and goes on for long; so does its child. */
  const long = (file: string) =>
    order({
      action: 'exec',
      command: ['sh', '-c', `sleep 1000 & echo $! > ${file}.new; mv ${file}.new ${file}; wait`],
    });
  const childIn = async (file: string) => {
    await until(() => existsSync(file));
    return processIdentity(Number(readFileSync(file, 'utf8')));
  };

  it('get storages of the API through a pipe, and leave nothing of their secrets behind', async function () {
    requireProgram(this, 'tar');
    const container = join(place.path, 'container');
    const secret = 'never-to-be-found';
    const { settings } = backup();
    const { container: _container, ...named } = settings;
    const office = { name: 'office', kind: 'local', settings: { container }, secrets: { container: secret } };
    // A kind takes what is no secret of its own for a wrong setting: so it is seen that it came.
    const refused = await agents.start({
      ...order({ ...named, storage: 'office' }, '0-1'),
      storages: [office],
    });
    const { trace } = await refused.ended;
    assert.equal(trace.failure?.code, 'input.invalid');
    const storages = [{ ...office, secrets: {} }];
    const agent = await agents.start({ ...order({ ...named, storage: 'office' }, '0-2'), storages });
    const { exitCode, metadata } = await agent.ended;
    assert.equal(exitCode, 0);
    assert.deepEqual([metadata?.['storage'], metadata?.['container']], ['office', container]);
    for (const name of readdirSync(join(place.path, 'run')))
      assert.ok(!readFileSync(join(place.path, 'run', name), 'utf8').includes(secret), name);
  });

  it('make a backup, and tell its steps, its summary and its metadata', async function () {
    requireProgram(this, 'tar');
    const agent = await agents.start(backup());
    const { exitCode, trace, metadata } = await agent.ended;
    assert.equal(exitCode, 0);
    assert.equal(trace.summary?.state, 'succeeded');
    assert.equal(trace.summary['contentBytes'], 7);
    assert.ok(trace.steps.length > 3 && trace.steps.every(({ state }) => state === 'succeeded'));
    assert.deepEqual([metadata?.['backup_name'], metadata?.['level']], ['x', 0]);
  });

  it('keep their order from others, and not after their end', async () => {
    const child = join(place.path, 'child');
    const agent = await agents.start(long(child));
    const path = join(place.path, 'run', 'attempt-0-1.order.json');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    await childIn(child);
    await agent.stop(5000);
    await agent.ended;
    assert.ok(!existsSync(path));
  });

  it('say what failed', async () => {
    const agent = await agents.start(
      order({
        action: 'restore',
        container: join(place.path, 'none'),
        backup_name: 'x',
        restore_abs_path: place.path,
      }),
    );
    const { exitCode, trace } = await agent.ended;
    assert.equal(exitCode, 5);
    assert.equal(trace.summary?.state, 'failed');
    assert.equal(trace.failure?.code, 'container.missing');
  });

  it('that cannot even begin tell why in the last of what they said', async () => {
    const broken = { ...program, args: [join(place.path, 'missing.js')] };
    const agent = await new SystemAgents(broken, systemCommands, watching.signal).start(backup());
    const { exitCode, trace, errors } = await agent.ended;
    assert.deepEqual([exitCode, trace.summary], [1, undefined]);
    assert.match(errors, /Cannot find module/);
  });

  it('end with all they have started when they are stopped', async () => {
    const file = join(place.path, 'child');
    const agent = await agents.start(long(file));
    const child = await childIn(file);
    assert.equal(processState(child), 'running');
    await agent.stop(10_000);
    const { trace } = await agent.ended;
    assert.equal(trace.summary?.state, 'cancelled');
    assert.equal(processState(child), 'gone');
  });

  /** A scheduler's process that starts an agent, tells it if asked to, and is killed with SIGKILL. */
  async function startedByAnother(given: AgentOrder): Promise<void> {
    const file = new URL('./system-agents.js', import.meta.url).href;
    const host = new URL('../../../libs/host/index.js', import.meta.url).href;
    const script = `
      import { SystemAgents } from ${JSON.stringify(file)};
      import { systemCommands } from ${JSON.stringify(host)};
      const agents = new SystemAgents(${JSON.stringify(program)}, systemCommands, new AbortController().signal);
      await agents.start(${JSON.stringify(given)});
      process.stdout.write('started\\n');
      setInterval(() => undefined, 1000);`;
    const parent = await systemCommands.start({
      program: process.execPath,
      args: ['--input-type=module', '-e', script],
      ...{ stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' },
    });
    for await (const _ of parent.stdout as AsyncIterable<Buffer>) break;
    process.kill(parent.pid, 'SIGKILL');
    await parent.exit;
  }

  it('are found again after their scheduler was killed, without knowing their number, and followed to the end', async () => {
    const [go, done] = [join(place.path, 'go'), join(place.path, 'done')];
    const script = `while [ ! -e ${go} ]; do sleep 0.05; done; echo yes > ${done}`;
    const given = order({ action: 'exec', command: ['sh', '-c', script] });
    await startedByAnother(given);
    const found = await agents.find(given, undefined);
    assert.ok(found?.identity && processState(found.identity) === 'running');
    writeFileSync(go, '');
    const { trace, exitCode } = await found.ended;
    assert.deepEqual([trace.summary?.state, trace.summary?.exitCode, exitCode], ['succeeded', 0, undefined]);
    assert.equal(readFileSync(done, 'utf8'), 'yes\n');
  });

  it('are stopped with all they have started, also by another scheduler', async () => {
    const file = join(place.path, 'child');
    const given = long(file);
    await startedByAnother(given);
    const child = await childIn(file);
    const found = await agents.find(given, undefined);
    await found!.stop(10_000);
    assert.equal((await found!.ended).trace.summary?.state, 'cancelled');
    assert.equal(processState(child), 'gone');
  });

  it('that have ended meanwhile are known by what they said', async function () {
    requireProgram(this, 'tar');
    const agent = await agents.start(backup());
    await agent.ended;
    const found = await agents.find(backup(), agent.identity);
    const { trace, metadata, exitCode } = await found!.ended;
    assert.deepEqual([trace.summary?.state, metadata?.['level'], exitCode], ['succeeded', 0, undefined]);
  });

  it('that were killed with their scheduler have ended without a word', async () => {
    const file = join(place.path, 'child');
    const agent = await agents.start(long(file));
    const child = await childIn(file);
    process.kill(-agent.identity!.pid, 'SIGKILL');
    await agent.ended;
    // The command of an exec is the leader of a group of its own, and was not hit.
    process.kill(child.pid, 'SIGKILL');
    const found = await agents.find(long(file), agent.identity);
    assert.equal((await found!.ended).trace.summary, undefined);
  });

  it('that were never started are not found', async () => {
    assert.equal(await agents.find(backup(), undefined), undefined);
  });
});
