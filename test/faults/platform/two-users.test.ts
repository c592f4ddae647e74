import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { JobView, RunView } from '#node-protocol';
import {
  assertSameTree,
  isRoot,
  noise,
  nobodyCanRun,
  PlatformFixture,
  requireProgram,
  skipBecause,
} from '#test/support';
import { toldRun } from './told-run.js';

const NOBODY = 65_534;

describe('the main job', function () {
  this.timeout(120_000);

  it('goes from a job file to restored trees as the user of the tests', () => walk(false));

  it('goes from a job file to restored trees as an ordinary user', function () {
    if (!isRoot()) skipBecause(this, 'the tests are run by an ordinary user');
    if (!nobodyCanRun()) skipBecause(this, 'this build lies where nobody else may read it');
    requireProgram(this, 'setpriv');
    return walk(true);
  });
});

async function walk(asNobody: boolean): Promise<void> {
  await using platform = await PlatformFixture.start({ asNobody });
  const uid = asNobody ? NOBODY : process.getuid?.();
  assert.equal(statSync(join(platform.state, 'firn-state.json')).uid, uid);

  const source = join(platform.data, 'source');
  const before = join(platform.data, 'before');
  const write = (directory: string, files: Record<string, Buffer | string>) => {
    mkdirSync(directory, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  };
  const first = { one: noise(200_000), two: 'two\n', three: 'three\n' };
  write(source, first);
  if (asNobody) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, source]);
  execFileSync('cp', ['-a', source, before]);

  platform.writeJob('tree.json', {
    description: 'the tree',
    actions: [
      {
        settings: {
          ...{ action: 'backup', backup_name: 'tree', path_to_backup: source },
          container: join(platform.data, 'container'),
        },
        maxRetries: 0,
      },
    ],
  });
  const job = await platform.jobOf('tree.json');
  const full = await runAt(platform, job, 1);
  write(source, { two: 'changed\n', four: noise(50_000, 4) });
  if (asNobody) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, source]);
  await platform.api.sendJobEvent(job.id, 'start');
  const increment = await runAt(platform, job, 2);

  assert.deepEqual(
    [full, increment].map(({ attempts }) => attempts[0]?.facts?.['level']),
    [0, 1],
  );
  const { items } = await platform.api.backups.list({ jobId: job.id });
  assert.deepEqual(items.map(({ runId }) => runId).sort(), [full.id, increment.id].sort());
  for (const [run, tree] of [
    [full, before],
    [increment, source],
  ] as const) {
    const target = join(platform.data, `restored-${run.id}`);
    mkdirSync(target);
    if (asNobody) chownSync(target, NOBODY, NOBODY);
    const record = items.find(({ runId }) => runId === run.id);
    const restore = await platform.api.restore({ backupId: record!.id, target });
    await runAt(platform, restore, 1);
    await assertSameTree(tree, target);
  }
}

/** The run of the nth start of a job, which did well. */
async function runAt(platform: PlatformFixture, job: JobView, start: number): Promise<RunView> {
  const run = await platform.runOf(
    job.id,
    ({ occurrence, endedAt }) => occurrence === `once:${start}` && endedAt !== undefined,
  );
  assert.equal(run.state, 'succeeded', JSON.stringify(toldRun(run)));
  assert.equal((await platform.runsOf(job.id)).length, start);
  return run;
}
