import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { isRoot, mounted, PlatformFixture, skipBecause, type ServiceProcess } from '#test/support';
import { Gate, linesOf, noting } from './gate.js';
import { EXECUTED, toldRun } from './told-run.js';

describe('schedulers of one client', function () {
  this.timeout(120_000);
  let platform: PlatformFixture;
  before(async () => {
    platform = await PlatformFixture.prepare({ concurrentJobs: 8 });
    await platform.startApi();
  });
  after(() => platform[Symbol.asyncDispose]());

  const refusals = ({ log }: ServiceProcess) =>
    log.filter(
      ({ msg, code }) => msg === 'the occurrence is not ours to run' && code === 'run.already-claimed',
    );

  it('that are two by mistake run every occurrence once', async () => {
    const one = await platform.startScheduler();
    await one.told('registered');
    const two = await platform.startScheduler(`--state-dir=${join(platform.data, 'second')}`);
    await two.told('registered');
    const gates = Array.from({ length: 4 }, (_, n) => new Gate(platform, `shared-${n}`));
    const jobs = await Promise.all(gates.map(({ action }) => platform.makeJob([action])));
    const file = join(platform.data, 'ticks');
    const ticking = await platform.makeJob([noting(file)], { schedule: { interval: '1 seconds' } });

    await platform.until(
      'each was wanted by both',
      async () =>
        jobs.every(({ id }) => [...refusals(one), ...refusals(two)].some(({ job }) => job === id)) ||
        undefined,
    );
    await platform.until('it ticks', async () => linesOf(file).length >= 3 || undefined);
    for (const gate of gates) gate.open();
    for (const [n, job] of jobs.entries()) {
      await platform.runOf(job.id);
      assert.deepEqual((await platform.runsOf(job.id)).map(toldRun), [EXECUTED]);
      assert.deepEqual(gates[n]!.diary, ['begun', 'done']);
    }
    await platform.api.sendJobEvent(ticking.id, 'stop');
    await platform.until('it stands still', async () => {
      const { status } = await platform.api.jobs.get(ticking.id);
      const [last] = (await platform.runsOf(ticking.id)).slice(-1);
      return (status === 'stopped' && last?.endedAt !== undefined) || undefined;
    });
    const runs = await platform.runsOf(ticking.id);
    assert.equal(new Set(runs.map(({ dueAt }) => dueAt)).size, runs.length);
    assert.deepEqual(
      [...new Set(runs.map((run) => JSON.stringify(toldRun(run))))],
      [JSON.stringify(EXECUTED)],
    );
    assert.equal(linesOf(file).length, runs.length, 'one run, one line');
    await two.stop();
    await one.stop();
  });

  describe('that cannot write their journal', () => {
    /** A job is not claimed until `mend` has been called, then it runs once. */
    async function assertClaimedOnceWritable(state: string, mend: () => void, reason: RegExp): Promise<void> {
      const file = join(platform.data, 'noted');
      rmSync(file, { force: true });
      const job = await platform.makeJob([noting(file)]);
      const told = await platform.scheduler.told('a run cannot go on');
      assert.match(String(told['reason']), reason);
      assert.deepEqual([await platform.runsOf(job.id), linesOf(file)], [[], []]);

      mend();
      await platform.runOf(job.id);
      assert.deepEqual((await platform.runsOf(job.id)).map(toldRun), [EXECUTED]);
      assert.deepEqual(linesOf(file), ['done']);
      await platform.until('all is reported, and nothing is left of the tries', async () =>
        readdirSync(join(state, 'runs')).length === 0 ? true : undefined,
      );
    }

    it('as their disk is full claim nothing and say so, until there is room', async function () {
      const disk = join(platform.data, 'disk');
      mkdirSync(disk);
      const unmount = mounted(this, disk, '512k');
      try {
        await (await platform.startScheduler(`--state-dir=${disk}`)).told('registered');
        const filling = join(disk, 'filling');
        execFileSync('sh', ['-c', 'cat /dev/zero > "$1" || true', 'fill', filling], { stdio: 'ignore' });
        await assertClaimedOnceWritable(disk, () => rmSync(filling), /no space left/);
      } finally {
        await platform.scheduler.stop();
        unmount();
      }
    });

    it('as they have no right to claim nothing and say so, until they have', async function () {
      if (isRoot()) skipBecause(this, 'root may write everywhere');
      const state = join(platform.data, 'closed');
      await (await platform.startScheduler(`--state-dir=${state}`)).told('registered');
      chmodSync(join(state, 'runs'), 0o500);
      await assertClaimedOnceWritable(
        state,
        () => chmodSync(join(state, 'runs'), 0o700),
        /permission denied/,
      );
      await platform.scheduler.stop();
    });
  });
});
