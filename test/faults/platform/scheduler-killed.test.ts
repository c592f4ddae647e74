import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { processIdentity, processState, type ProcessIdentity } from '#host';
import { systemClock } from '#kernel';
import type { JobView } from '#node-protocol';
import { PlatformFixture } from '#test/support';
import { exec, Gate, linesOf } from './gate.js';
import { EXECUTED, toldRun } from './told-run.js';

describe('a scheduler that is killed with SIGKILL', function () {
  this.timeout(180_000);
  let platform: PlatformFixture;
  before(async () => {
    platform = await PlatformFixture.start({ concurrentJobs: 8, leaseSeconds: 3 });
  });
  after(() => platform[Symbol.asyncDispose]());

  /** Of the agent of a job, which works. */
  async function agentOf(job: JobView): Promise<ProcessIdentity> {
    const { agent } = await platform.journalled(job.id, (entry) => entry.agent !== undefined);
    return processIdentity(agent!.pid);
  }

  function gone(agent: ProcessIdentity): Promise<unknown> {
    return platform.until('the agent is gone', async () => processState(agent) === 'gone' || undefined);
  }

  async function onlyRunOf(job: JobView): Promise<object> {
    await platform.runOf(job.id);
    return (await platform.runsOf(job.id)).map(toldRun);
  }

  describe('while agents work, others end, and one is to be tried again', () => {
    const working: { job: JobView; gate: Gate; agent: ProcessIdentity }[] = [];
    const ended: typeof working = [];
    let retried: JobView;
    let tries: string;
    before(async () => {
      tries = join(platform.data, 'tries');
      const tried = 'echo tried >> "$1"; [ $(wc -l < "$1") -ge 2 ]';
      const again = { ...exec('sh', '-c', tried, 'try', tries), maxRetries: 1, maxRetriesInterval: 6 };
      for (const list of [working, ended]) {
        for (const name of ['one', 'two']) {
          const gate = new Gate(platform, `${list === working ? 'working' : 'ended'}-${name}`);
          const job = await platform.makeJob([gate.action]);
          list.push({ job, gate, agent: await agentOf(job) });
          await gate.begun();
        }
      }
      retried = await platform.makeJob([again]);
      await platform.journalled(retried.id, ({ attempts }) => attempts[0]?.state === 'failed');

      await platform.scheduler.kill();
      for (const { gate } of ended) gate.open();
      for (const { agent } of ended) await gone(agent);
      await platform.startScheduler();
      await platform.scheduler.told('going on with a run');
    });

    it('finds every agent that still works, and reports each run once when it ends', async () => {
      for (const { job } of working) {
        const [run, ...more] = await platform.runsOf(job.id);
        assert.deepEqual([more.length, run?.endedAt], [0, undefined]);
      }
      for (const { gate } of working) gate.open();
      for (const { job, gate, agent } of working) {
        assert.deepEqual(await onlyRunOf(job), [EXECUTED]);
        assert.deepEqual(gate.diary, ['begun', 'done']);
        await gone(agent);
      }
    });

    it('reports once what agents did while it was away, with their exit codes and steps', async () => {
      for (const { job, gate } of ended) {
        assert.deepEqual(await onlyRunOf(job), [EXECUTED]);
        assert.deepEqual(gate.diary, ['begun', 'done']);
      }
    });

    it('goes on waiting for the next attempt, and makes it once', async () => {
      assert.deepEqual(await onlyRunOf(retried), [
        {
          ...{ state: 'succeeded', exitCode: 0 },
          attempts: ['0 exec 1 failed 1', '0 exec 2 succeeded 0'],
          steps: ['command succeeded', 'command succeeded'],
        },
      ]);
      assert.deepEqual(linesOf(tries), ['tried', 'tried']);
      const [run] = await platform.runsOf(retried.id);
      const [first, second] = run!.attempts;
      const pause = new Date(second!.startedAt).getTime() - new Date(first!.endedAt!).getTime();
      assert.ok(pause >= 6000, `${pause} ms between the attempts`);
    });

    it('has nothing left in its journal, and no agent', async () => {
      await platform.until('the journal is empty', async () => platform.journal().length === 0 || undefined);
      for (const { agent } of [...working, ...ended]) assert.equal(processState(agent), 'gone');
    });
  });

  it('longer than the lease loses its run; a late report is believed, and says that it was lost', async () => {
    const gate = new Gate(platform, 'lost');
    const job = await platform.makeJob([gate.action]);
    await gate.begun();
    const agent = await agentOf(job);
    await platform.scheduler.kill();

    const lost = await platform.runOf(job.id, ({ state }) => state === 'lost');
    assert.deepEqual([lost.failure?.code, lost.wasLost], ['run.lost', false]);
    assert.match(lost.failure?.message ?? '', /nothing was heard of run \w+ on client "node1" since 20/);
    const failed = await platform.api.jobs.get(job.id);
    assert.deepEqual([failed.status, failed.result], ['completed', 'fail']);
    const told = await platform.apiProcess.told('run lost');
    assert.equal(told['run'], lost.id);

    gate.open();
    await gone(agent);
    await platform.startScheduler();
    assert.deepEqual(await onlyRunOf(job), [EXECUTED]);
    const [run] = await platform.runsOf(job.id);
    assert.deepEqual([run!.id, run!.wasLost, run!.fence], [lost.id, true, 1]);
    assert.deepEqual(gate.diary, ['begun', 'done']);
    const done = await platform.api.jobs.get(job.id);
    assert.deepEqual([done.status, done.result], ['completed', 'success']);
  });

  it('finds that its run was cancelled meanwhile, and ends the agent that still works', async () => {
    const gate = new Gate(platform, 'cancelled');
    const job = await platform.makeJob([gate.action]);
    await gate.begun();
    const agent = await agentOf(job);
    await platform.scheduler.kill();
    // Nobody has been heard of for a lease: nobody is waited for.
    const { id } = await platform.runOf(job.id, ({ leaseUntil }) => new Date(leaseUntil) < systemClock.now());
    const cancelled = await platform.api.cancelRun(id);
    assert.equal(cancelled.state, 'cancelled');
    assert.equal(processState(agent), 'running');

    await platform.startScheduler();
    await platform.scheduler.told('the run is no longer ours and is stopped');
    await gone(agent);
    await platform.until('the journal is empty', async () => platform.journal().length === 0 || undefined);
    gate.open();
    assert.deepEqual(
      (await platform.runsOf(job.id)).map(({ id, state, failure }) => [id, state, failure?.code]),
      [[id, 'cancelled', 'run.cancelled']],
    );
    assert.deepEqual(gate.diary, ['begun']);
  });
});
