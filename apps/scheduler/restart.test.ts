import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import type { AgentOrder } from './agents/agents.js';
import { Mortal } from './testing/mortal.js';
import type { AgentScript } from './testing/scripted-agents.js';
import { job, SchedulerWorld } from './testing/scheduler-world.js';

const HEARTBEATS = ['heartbeat'];

/** Two actions: the first fails once, the second is done although nothing failed finally. */
function script({ name }: AgentOrder): AgentScript {
  if (name === '0-1') return { state: 'failed', ms: 3000 };
  return { ms: 3000, facts: { contentBytes: 10, storedBytes: 5 }, metadata: { backup_id: name } };
}

describe('a scheduler that is killed', () => {
  let world: SchedulerWorld;

  afterEach(() => world.stop());

  /** One whole run, in which the scheduler is killed at the nth thing it does to the world, and started again. */
  async function killedAt(n: number, awayMs: number): Promise<Mortal> {
    world = new SchedulerWorld(script);
    world.platform.addJob(job({}, { maxRetries: 1, maxRetriesInterval: 2 }, {}));
    const mortal = new Mortal(world.parts, n);
    world.start(mortal.parts);
    await world.pass(40_000);
    if (!mortal.isDead) return mortal;
    await world.pass(awayMs, 1000);
    world.platform.settleLost();
    world.start();
    await world.pass(60_000);
    return mortal;
  }

  function assertOneWholeRun(why: string): void {
    const runs = [...world.platform.runs.values()];
    assert.deepEqual(
      runs.map(({ state, bytesRead }) => [state, bytesRead]),
      [['succeeded', 20]],
      why,
    );
    assert.deepEqual(
      runs[0]!.attempts.map(({ action, attempt, state }) => `${action}-${attempt} ${state}`),
      ['0-1 failed', '0-2 succeeded', '1-1 succeeded'],
      why,
    );
    assert.equal(world.platform.reports.length, 1, `reported once ${why}`);
    assert.equal(world.platform.reports[0]!.backups, 2, why);
    const starts = world.agents.started;
    assert.deepEqual([starts.length, new Set(starts).size], [3, 3], `each attempt started once ${why}`);
    assert.equal(world.journal.size, 0, why);
  }

  for (const awayMs of [0, 600_000]) {
    it(`goes on from wherever it was${awayMs > 0 ? ', also when its run was given up meanwhile' : ''}`, async function () {
      this.timeout(60_000);
      let n = 1;
      for (; ; n += 1) {
        const mortal = await killedAt(n, awayMs);
        assertOneWholeRun(
          `after effect ${n}: ${world.platform.diary.filter((what) => !HEARTBEATS.includes(what)).join(', ')}`,
        );
        await world.stop();
        if (!mortal.isDead) break;
      }
      assert.ok(n > 25, `${n} effects were tried`);
    });
  }

  it('adopts an agent that works, and is told at once when it is to be cancelled', async () => {
    world = new SchedulerWorld(() => ({ ms: 600_000 }));
    const { job: made } = world.platform.addJob(job());
    const mortal = new Mortal(world.parts, Infinity);
    world.start(mortal.parts);
    await world.passUntil(() => world.agents.started.length === 1);
    await world.stop();
    const [run] = world.platform.runsOf(made.id);
    world.platform.cancel(run!.id);
    world.start();
    await world.pass(10_000);
    assert.equal(world.platform.runsOf(made.id)[0]?.state, 'cancelled');
    assert.equal(world.agents.started.length, 1);
  });

  it('stops an agent that it had been told to cancel before', async () => {
    world = new SchedulerWorld(() => ({ deaf: true }), { cancelGraceMs: 60_000 });
    const { job: made } = world.platform.addJob(job());
    world.start();
    await world.passUntil(() => world.agents.started.length === 1);
    world.platform.cancel(world.platform.runsOf(made.id)[0]!.id);
    await world.pass(6000);
    assert.equal(world.agents.stopped.length, 1);
    await world.stop();
    world.start();
    await world.pass(1000);
    assert.equal(world.agents.stopped.length, 2);
    await world.pass(70_000);
    assert.equal(world.platform.runsOf(made.id)[0]?.state, 'cancelled');
  });

  it('begins nothing more of a run that somebody else has taken meanwhile', async () => {
    world = new SchedulerWorld(script);
    const { job: made } = world.platform.addJob(job({}, { maxRetries: 1, maxRetriesInterval: 30 }));
    world.start();
    await world.passUntil(() => world.agents.started.length === 1);
    await world.pass(5000);
    await world.stop();
    await world.pass(60_000);
    world.platform.takeOver(world.platform.runsOf(made.id)[0]!.id);
    world.start();
    await world.pass(20_000);
    assert.equal(world.agents.started.length, 1);
    assert.equal(world.journal.size, 0);
  });

  it('stops the agent that still works on a run that somebody else has taken meanwhile', async () => {
    world = new SchedulerWorld(() => ({ ms: 600_000 }));
    const { job: made } = world.platform.addJob(job());
    world.start();
    await world.passUntil(() => world.agents.started.length === 1);
    await world.stop();
    await world.pass(60_000);
    world.platform.takeOver(world.platform.runsOf(made.id)[0]!.id);
    world.start();
    await world.pass(20_000);
    assert.deepEqual(world.agents.stopped, world.agents.started);
    assert.equal(world.journal.size, 0);
    assert.equal(world.platform.reports.length, 0);
  });

  it('does not ask again for occurrences that it has dealt with', async () => {
    world = new SchedulerWorld();
    world.platform.addJob(job({ interval: '30 minutes', startDate: '2025-12-31T23:59:00' }));
    world.clock.advance(60_000);
    world.start();
    await world.pass(1_800_000, 10_000);
    await world.stop();
    const claims = () => world.platform.diary.filter((what) => what.startsWith('claim')).length;
    const before = claims();
    assert.equal(before, 1);
    world.start();
    await world.pass(60_000);
    assert.equal(claims(), before);
  });
});
