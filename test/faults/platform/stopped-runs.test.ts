import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { processIdentity, processState, type ProcessIdentity } from '#host';
import type { JobView, RunView } from '#node-protocol';
import { PlatformFixture } from '#test/support';
import { exec, Gate, linesOf, noting } from './gate.js';
import { EXECUTED, toldRun } from './told-run.js';

const SLEEPER = 'echo $$ >> "$1"; sleep 300 & echo $! >> "$1"; wait';
/** Its child inherits that it does not hear. */
const STUBBORN = `trap '' TERM INT; ${SLEEPER}`;

describe('a run that somebody ends', function () {
  this.timeout(180_000);
  let platform: PlatformFixture;
  before(async () => {
    platform = await PlatformFixture.start({ concurrentJobs: 2 });
  });
  after(() => platform[Symbol.asyncDispose]());

  /** A job whose command and its child sleep, with these and the agent as processes. */
  async function sleeping(
    name: string,
    script = SLEEPER,
  ): Promise<{ job: JobView; run: RunView; processes: readonly ProcessIdentity[] }> {
    const file = join(platform.data, name);
    const job = await platform.makeJob([exec('sh', '-c', script, 'sleeper', file)]);
    await platform.until('both sleep', async () => linesOf(file).length === 2 || undefined);
    const { agent } = await platform.journalled(job.id, (entry) => entry.agent !== undefined);
    const processes = [agent!.pid, ...linesOf(file).map(Number)].map(processIdentity);
    assert.deepEqual(statesOf(processes), ['running', 'running', 'running']);
    const [run] = await platform.runsOf(job.id);
    return { job, run: run!, processes };
  }

  const statesOf = (processes: readonly ProcessIdentity[]) => processes.map(processState);
  const GONE = ['gone', 'gone', 'gone'];

  async function assertCancelled(job: JobView, withinMs: number): Promise<RunView> {
    const run = await platform.runOf(job.id);
    assert.deepEqual(
      (await platform.runsOf(job.id)).map(({ id }) => id),
      [run.id],
    );
    assert.deepEqual([run.state, run.failure?.code], ['cancelled', 'run.cancelled']);
    assert.deepEqual(
      run.attempts.map(({ attempt, state }) => `${attempt} ${state}`),
      ['1 cancelled'],
    );
    assert.equal(run.cancelRequestedBy, 'admin');
    const took = Date.parse(run.endedAt!) - Date.parse(run.cancelRequestedAt!);
    assert.ok(took < withinMs, `it took ${took} ms`);
    return run;
  }

  it('really stops, with all it has started, also when that will not hear', async () => {
    const meek = await sleeping('meek');
    const stubborn = await sleeping('stubborn', STUBBORN);
    await platform.api.cancelRun(meek.run.id);
    await platform.api.cancelRun(stubborn.run.id);
    await assertCancelled(meek.job, 8000);
    assert.deepEqual(statesOf(meek.processes), GONE);
    await assertCancelled(stubborn.job, 20_000);
    assert.deepEqual(statesOf(stubborn.processes), GONE);
    const job = await platform.api.jobs.get(meek.job.id);
    assert.deepEqual([job.status, job.result], ['completed', 'aborted']);
  });

  it('by aborting its job stops the job as well', async () => {
    const { job, processes } = await sleeping('aborted');
    await platform.api.sendJobEvent(job.id, 'abort');
    await assertCancelled(job, 8000);
    assert.deepEqual(statesOf(processes), GONE);
    const after = await platform.api.jobs.get(job.id);
    assert.deepEqual([after.status, after.result, after.event], ['stopped', 'aborted', undefined]);
  });

  it('before it has a slot never begins', async () => {
    const gates = ['slot-1', 'slot-2'].map((name) => new Gate(platform, name));
    const busy = await Promise.all(gates.map(({ action }) => platform.makeJob([action])));
    await Promise.all(gates.map((gate) => gate.begun()));
    const file = join(platform.data, 'waiting');
    const waiting = await platform.makeJob([noting(file)]);
    await platform.until('it is scheduled', async () =>
      (await platform.api.jobs.get(waiting.id)).status === 'scheduled' ? true : undefined,
    );
    await platform.api.sendJobEvent(waiting.id, 'abort');
    await platform.until('it is stopped', async () =>
      (await platform.api.jobs.get(waiting.id)).status === 'stopped' ? true : undefined,
    );
    for (const gate of gates) gate.open();
    for (const job of busy) assert.deepEqual(toldRun(await platform.runOf(job.id)), EXECUTED);
    const after = await platform.makeJob([noting(join(platform.data, 'after'))]);
    await platform.runOf(after.id);
    assert.deepEqual([await platform.runsOf(waiting.id), linesOf(file)], [[], []]);
  });

  it('between two attempts is over at once', async () => {
    const file = join(platform.data, 'retried');
    const failing = exec('sh', '-c', 'echo tried >> "$1"; exit 7', 'failing', file);
    const job = await platform.makeJob([{ ...failing, maxRetries: 3, maxRetriesInterval: 300 }]);
    await platform.journalled(job.id, ({ attempts }) => attempts[0]?.state === 'failed');
    const [{ id } = { id: '' }] = await platform.runsOf(job.id);
    await platform.api.cancelRun(id);
    const run = await platform.runOf(job.id);
    assert.deepEqual(toldRun(run), {
      ...{ state: 'cancelled', failure: 'run.cancelled' },
      attempts: ['0 exec 1 failed 7'],
      steps: ['command succeeded'],
    });
    const took = Date.parse(run.endedAt!) - Date.parse(run.cancelRequestedAt!);
    assert.ok(took < 8000, `it took ${took} ms`);
    assert.deepEqual(linesOf(file), ['tried']);
  });

  describe('by killing its agent with SIGKILL', () => {
    /** Kills the agent at work. */
    async function killAgent(job: JobView, attempt: number): Promise<void> {
      const { agent } = await platform.journalled(
        job.id,
        ({ agent, attempts }) => agent !== undefined && attempts.at(-1)?.attempt === attempt,
      );
      process.kill(agent!.pid, 'SIGKILL');
    }

    it('is tried again, and what that agent had started has ended before', async () => {
      const gate = new Gate(platform, 'vanished');
      const job = await platform.makeJob([{ ...gate.action, maxRetries: 1, maxRetriesInterval: 0 }]);
      await gate.begun();
      await killAgent(job, 1);
      await platform.until('it is tried again', async () => gate.diary[1]);
      gate.open();
      assert.deepEqual(toldRun(await platform.runOf(job.id)), {
        ...{ state: 'succeeded', exitCode: 0 },
        attempts: ['0 exec 1 failed', '0 exec 2 succeeded 0'],
        steps: ['command failed', 'command succeeded'],
      });
      const [run] = await platform.runsOf(job.id);
      assert.equal(run!.attempts[0]!.failure?.code, 'run.agent-vanished');
      assert.match(run!.attempts[0]!.failure?.message ?? '', /SIGKILL/);
      assert.deepEqual(gate.diary, ['begun', 'begun', 'done']);
    });

    it('fails when all its attempts are used up', async () => {
      const gate = new Gate(platform, 'vanished-for-good');
      const job = await platform.makeJob([gate.action]);
      await gate.begun();
      await killAgent(job, 1);
      const { state, failure, attempts } = await platform.runOf(job.id);
      assert.deepEqual([state, failure?.code, attempts.length], ['failed', 'run.agent-vanished', 1]);
      assert.equal((await platform.runsOf(job.id)).length, 1);
    });
  });
});
