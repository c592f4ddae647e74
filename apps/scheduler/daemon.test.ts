import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { Failure } from '#kernel';
import type { ClaimRequest } from '#node-protocol';
import type { AgentScript } from './testing/scripted-agents.js';
import { job, SchedulerWorld } from './testing/scheduler-world.js';

const AWAY = new Failure('api.unreachable', 'cannot connect');

describe('the scheduler', () => {
  let world: SchedulerWorld;

  afterEach(() => world.stop());

  const open = (...args: ConstructorParameters<typeof SchedulerWorld>) =>
    (world = new SchedulerWorld(...args));

  it('registers, takes note of a new job, runs it once and reports it', async () => {
    open(() => ({ facts: { contentBytes: 100, storedBytes: 40, level: 0 }, metadata: { backup_id: 'b1' } }));
    const { job: made } = world.platform.addJob(job());
    world.start();
    await world.pass(30_000);
    const [run, ...others] = world.platform.runsOf(made.id);
    assert.equal(others.length, 0);
    assert.deepEqual(
      [run?.state, run?.occurrence, run?.exitCode, run?.bytesRead, run?.bytesStored],
      ['succeeded', 'once:1', 0, 100, 40],
    );
    assert.deepEqual(
      run?.attempts.map(({ state, attempt, steps, facts }) => ({ state, attempt, steps, facts })),
      [
        {
          state: 'succeeded',
          attempt: 1,
          steps: [{ id: 'transfer', state: 'succeeded', ms: 5 }],
          facts: { contentBytes: 100, storedBytes: 40, level: 0 },
        },
      ],
    );
    assert.deepEqual(world.platform.reports, [{ run: run.id, state: 'succeeded', backups: 1 }]);
    assert.equal(world.platform.jobs.get(made.id)?.job.status, 'completed');
    assert.ok(world.platform.diary.includes('acknowledge new'));
    assert.equal(world.journal.size, 0);
  });

  it('says when a backup is stored of which the API will not know, and only then', async () => {
    const words = 'a backup is stored, but what it tells of itself is gone: the API will not know it';
    const told: number[] = [];
    for (const script of [{}, { metadata: { backup_id: 'b1' } }, { facts: { dryRun: true } }]) {
      open(() => script);
      world.platform.addJob(job());
      world.start();
      await world.pass(15_000);
      told.push(world.lines(words).length);
      await world.stop();
    }
    assert.deepEqual(told, [1, 0, 0]);
  });

  it('runs a job that is started again once more', async () => {
    open();
    const { job: made } = world.platform.addJob(job());
    world.start();
    await world.pass(15_000);
    world.platform.send(made.id, 'start');
    await world.pass(15_000);
    assert.deepEqual(
      world.platform.runsOf(made.id).map(({ occurrence, state }) => [occurrence, state]),
      [
        ['once:1', 'succeeded'],
        ['once:2', 'succeeded'],
      ],
    );
  });

  it('runs a job of every two seconds exactly sixty times in two minutes, each at its moment', async () => {
    open(() => ({ ms: 500 }));
    world.start();
    const schedule = {
      interval: '2 seconds',
      startDate: '2026-01-01T00:00:20',
      endDate: '2026-01-01T00:02:19',
    };
    const { job: made } = world.platform.addJob(job(schedule));
    await world.pass(180_000);
    const runs = world.platform.runsOf(made.id);
    assert.equal(runs.length, 60);
    // Between polls the scheduler wakes by itself at the very moment.
    const late = runs.filter(({ claimedAt, dueAt }) => claimedAt.getTime() !== dueAt.getTime());
    assert.deepEqual(late, []);
    assert.equal(world.platform.jobs.get(made.id)?.job.status, 'completed');
  });

  it('runs twenty jobs in four slots, those that wait in the order in which they came due', async () => {
    open(() => ({ ms: 5000 }), { concurrentJobs: 4 });
    for (let i = 0; i < 20; i += 1) {
      world.platform.addJob(job({ date: `2026-01-01T00:00:${String(20 - i).padStart(2, '0')}` }));
    }
    world.start();
    await world.pass(120_000);
    assert.equal(world.agents.most, 4);
    const runs = [...world.platform.runs.values()];
    assert.deepEqual([runs.length, new Set(runs.map(({ state }) => state))], [20, new Set(['succeeded'])]);
    const claimed = runs.toSorted((a, b) => a.claimedAt.getTime() - b.claimedAt.getTime());
    assert.deepEqual(
      claimed.map(({ dueAt }) => dueAt.getTime()),
      runs.map(({ dueAt }) => dueAt.getTime()).sort((a, b) => a - b),
    );
  });

  it('runs a job once for all that came due while its run lasted', async () => {
    let long = true;
    open(() => ({ ms: long ? 11_000 : 100 }));
    const { job: made } = world.platform.addJob(job({ interval: '2 seconds' }));
    world.start();
    await world.passUntil(() => world.agents.started.length === 1);
    long = false;
    await world.pass(11_000);
    const [first, second] = world.platform.runsOf(made.id);
    assert.equal(second!.dueAt.getTime() - first!.dueAt.getTime(), 10_000);
    assert.deepEqual(
      world.lines('one occurrence stands for several').map(({ skipped }) => skipped),
      [4],
    );
  });

  it('never runs a job twice at a time', async () => {
    open(() => ({ ms: 7000 }), { concurrentJobs: 5 });
    world.platform.addJob(job({ interval: 'continuous' }));
    world.start();
    await world.pass(60_000);
    assert.equal(world.agents.most, 1);
  });

  it('leaves what was due before it started, and too long ago, and runs what was due within the last hour', async () => {
    open();
    const { job: daily } = world.platform.addJob(job({ hour: '1' }));
    const { job: later } = world.platform.addJob(job({ hour: '4', minute: '30' }));
    world.clock.advance(5 * 3_600_000);
    world.start();
    await world.pass(15_000);
    assert.deepEqual(world.platform.runsOf(daily.id), []);
    assert.equal(world.lines('an occurrence was missed too long ago').length, 1);
    assert.deepEqual(
      world.platform.runsOf(later.id).map(({ occurrence }) => occurrence),
      ['2026-01-01T04:30:00.000Z'],
    );
  });

  it('runs what has no trigger however late it comes', async () => {
    open();
    const { job: made } = world.platform.addJob(job());
    world.clock.advance(48 * 3_600_000);
    world.start();
    await world.pass(15_000);
    assert.equal(world.platform.runsOf(made.id)[0]?.state, 'succeeded');
  });

  it('takes the times of a job for those of its own zone, unless the job names another', async () => {
    open(() => ({}), { timezone: 'Europe/Berlin' });
    const { job: ours } = world.platform.addJob(job({ date: '2026-01-01T01:00:30' }));
    const { job: theirs } = world.platform.addJob(job({ date: '2026-01-01T00:00:30', timezone: 'UTC' }));
    world.start();
    await world.pass(60_000);
    for (const { id } of [ours, theirs]) {
      assert.equal(world.platform.runsOf(id)[0]?.dueAt.toISOString(), '2026-01-01T00:00:30.000Z');
    }
  });

  it('stops a job: what runs goes on, and nothing comes after it', async () => {
    open(() => ({ ms: 3000 }));
    const { job: made } = world.platform.addJob(job({ interval: '10 seconds' }));
    world.start();
    await world.passUntil(() => world.agents.started.length === 1);
    world.platform.send(made.id, 'stop');
    await world.pass(60_000);
    assert.deepEqual(
      world.platform.runsOf(made.id).map(({ state }) => state),
      ['succeeded'],
    );
    assert.deepEqual(world.agents.stopped, []);
    assert.equal(world.platform.jobs.get(made.id)?.job.status, 'stopped');
  });

  it('aborts a job: its run is cancelled and nothing comes after it', async () => {
    open(() => ({ ms: 600_000 }));
    const { job: made } = world.platform.addJob(job({ interval: '10 seconds' }));
    world.start();
    await world.passUntil(() => world.agents.started.length === 1);
    world.platform.send(made.id, 'abort');
    await world.pass(60_000);
    assert.deepEqual(
      world.platform.runsOf(made.id).map(({ state, failure, exitCode }) => [state, failure?.code, exitCode]),
      [['cancelled', 'run.cancelled', 130]],
    );
    assert.equal(world.platform.jobs.get(made.id)?.job.status, 'stopped');
  });

  it('cancels a run within seconds, and kills an agent that does not listen', async () => {
    open(() => ({ deaf: true }));
    const { job: made } = world.platform.addJob(job({}, {}, { mandatory: true }));
    world.start();
    await world.passUntil(() => world.agents.started.length === 1);
    world.platform.cancel(world.platform.runsOf(made.id)[0]!.id);
    await world.pass(5250);
    assert.equal(world.agents.stopped.length, 1);
    await world.pass(11_000);
    const [run] = world.platform.runsOf(made.id);
    assert.equal(run?.state, 'cancelled');
    assert.deepEqual(
      run.attempts.map(({ state }) => state),
      ['cancelled'],
    );
  });

  it('cancels a run that waits for its next try', async () => {
    open(() => ({ state: 'failed' }));
    const { job: made } = world.platform.addJob(job({}, { maxRetries: 3, maxRetriesInterval: 3600 }));
    world.start();
    await world.passUntil(() => world.agents.started.length === 1);
    await world.pass(2000);
    world.platform.cancel(world.platform.runsOf(made.id)[0]!.id);
    await world.pass(6000);
    const [run] = world.platform.runsOf(made.id);
    assert.deepEqual([run?.state, run?.attempts.length], ['cancelled', 1]);
  });

  it('does not begin a job that was stopped while it waited for a slot', async () => {
    open(() => ({ ms: 30_000 }));
    world.platform.addJob(job());
    const { job: waits } = world.platform.addJob(job());
    world.start();
    await world.passUntil(() => world.agents.started.length === 1);
    world.platform.send(waits.id, 'abort');
    await world.pass(60_000);
    assert.deepEqual(world.platform.runsOf(waits.id), []);
    assert.equal(world.platform.jobs.get(waits.id)?.job.status, 'stopped');
  });

  it('says once that the API is away, keeps trying ever less often, and goes on when it is back', async () => {
    open();
    const { job: made } = world.platform.addJob(job());
    world.platform.trouble = AWAY;
    world.start();
    await world.pass(300_000);
    const asked = world.platform.diary.length;
    assert.ok(asked >= 5 && asked <= 25, `${asked} requests`);
    assert.equal(world.lines('the API does not answer as it should; trying again').length, 1);
    world.platform.trouble = undefined;
    await world.pass(40_000);
    assert.equal(world.lines('the API answers again').length, 1);
    assert.equal(world.platform.runsOf(made.id)[0]?.state, 'succeeded');
  });

  it('says that its account is refused, and asks once a minute', async () => {
    open();
    world.platform.trouble = new Failure('auth.credentials-wrong', 'wrong user name or password');
    world.start();
    await world.pass(300_000);
    assert.ok(world.platform.diary.length <= 6);
    const [line] = world.log.filter(({ level }) => level === 'error');
    assert.equal(line?.msg, 'the API refuses this account; trying again every minute');
    assert.equal(line['hint'], 'Check the user name and the password.');
  });

  it('registers again when the API does not know it any more', async () => {
    open();
    world.start();
    await world.pass(1000);
    world.platform.clients.clear();
    await world.pass(15_000);
    assert.ok(world.platform.clients.has('web1'));
  });

  it('lets agents work while the API is away, and reports their end once it is back, once', async () => {
    open(() => ({ ms: 120_000 }));
    const { job: made } = world.platform.addJob(job());
    world.start();
    await world.passUntil(() => world.agents.started.length === 1);
    world.platform.trouble = AWAY;
    await world.pass(600_000);
    world.platform.settleLost();
    assert.equal(world.platform.runsOf(made.id)[0]?.state, 'lost');
    assert.deepEqual(world.agents.stopped, []);
    world.platform.trouble = undefined;
    await world.pass(60_000);
    const [run, ...others] = world.platform.runsOf(made.id);
    assert.deepEqual([run?.state, run?.wasLost, others.length], ['succeeded', true, 0]);
    assert.equal(world.platform.reports.length, 1);
  });

  it('runs what came due while the API was away, once, when it is back', async () => {
    open();
    const { job: made } = world.platform.addJob(job({ interval: '10 minutes' }));
    world.start();
    await world.pass(10_000);
    world.platform.trouble = AWAY;
    await world.pass(3 * 3_600_000, 10_000);
    world.platform.trouble = undefined;
    await world.pass(60_000);
    assert.ok(world.platform.runsOf(made.id).length <= 2);
    assert.ok(world.platform.runsOf(made.id).every(({ state }) => state === 'succeeded'));
  });

  it('stops the agent of a run that another one has taken, and reports nothing', async () => {
    open(() => ({ ms: 600_000 }));
    const { job: made } = world.platform.addJob(job());
    world.start();
    await world.passUntil(() => world.agents.started.length === 1);
    world.platform.takeOver(world.platform.runsOf(made.id)[0]!.id);
    await world.pass(30_000);
    assert.equal(world.agents.stopped.length, 1);
    assert.deepEqual([world.platform.reports.length, world.journal.size], [0, 0]);
  });

  it('leaves an occurrence alone that another scheduler has', async () => {
    open();
    const { job: made } = world.platform.addJob(job({ interval: '1 minutes' }));
    const { link: honest } = world.platform;
    let stolen = 0;
    const link = {
      ...honest,
      claim: (request: ClaimRequest) => {
        if (stolen++ > 0) return honest.claim(request);
        return Promise.reject(new Failure('run.already-claimed', 'somebody has it'));
      },
    };
    world.start({ link });
    await world.pass(130_000);
    assert.equal(stolen, 2);
    assert.deepEqual(
      world.platform.runsOf(made.id).map(({ state }) => state),
      ['succeeded'],
    );
  });

  it('takes nothing new when it is to end, and leaves its agents at work', async () => {
    open(() => ({ ms: 30_000 }));
    const { job: made } = world.platform.addJob(job());
    world.start();
    await world.passUntil(() => world.agents.started.length === 1);
    await world.stop();
    assert.deepEqual([world.agents.stopped.length, world.journal.size], [0, 1]);
    await world.pass(60_000);
    world.start();
    await world.pass(15_000);
    assert.deepEqual(
      [world.platform.runsOf(made.id)[0]?.state, world.agents.started.length],
      ['succeeded', 1],
    );
  });

  const table: {
    why: string;
    actions: Parameters<typeof job>[1][];
    script: Record<string, AgentScript>;
    disableExec?: boolean;
    expect: { state: string; exitCode?: number; failure?: string; attempts: string[] };
  }[] = [
    {
      why: 'a retry that succeeds makes a good run',
      actions: [{ maxRetries: 2 }],
      script: { '0-1': { state: 'failed' } },
      expect: { state: 'succeeded', exitCode: 0, attempts: ['0-1 failed', '0-2 succeeded'] },
    },
    {
      why: 'an action is tried once and maxRetries times again',
      actions: [{ maxRetries: 2 }],
      script: {
        '0-1': { state: 'failed' },
        '0-2': { state: 'failed' },
        '0-3': { state: 'failed', exitCode: 9 },
      },
      expect: {
        state: 'failed',
        exitCode: 9,
        failure: 'storage.full',
        attempts: ['0-1 failed', '0-2 failed', '0-3 failed'],
      },
    },
    {
      why: 'after a failure only mandatory actions are done',
      actions: [{}, {}, { mandatory: true }, {}],
      script: { '0-1': { state: 'failed' } },
      expect: {
        state: 'failed',
        exitCode: 8,
        failure: 'storage.full',
        attempts: ['0-1 failed', '1-0 skipped', '2-1 succeeded', '3-0 skipped'],
      },
    },
    {
      why: 'the first of two failures counts',
      actions: [{}, { mandatory: true }],
      script: { '0-1': { state: 'failed', exitCode: 4 }, '1-1': { state: 'failed', exitCode: 70 } },
      expect: {
        state: 'failed',
        exitCode: 4,
        failure: 'storage.full',
        attempts: ['0-1 failed', '1-1 failed'],
      },
    },
    {
      why: 'incomplete is done, and is not tried again',
      actions: [{ maxRetries: 3 }, {}],
      script: { '0-1': { state: 'incomplete' } },
      expect: { state: 'incomplete', exitCode: 3, attempts: ['0-1 incomplete', '1-1 succeeded'] },
    },
    {
      why: 'what was cancelled by somebody else is not tried again, and ends the run',
      actions: [{ maxRetries: 3 }, { mandatory: true }],
      script: { '0-1': { state: 'cancelled' } },
      expect: { state: 'cancelled', exitCode: 130, failure: 'run.cancelled', attempts: ['0-1 cancelled'] },
    },
    {
      why: 'an agent that vanishes has failed, and is tried again',
      actions: [{ maxRetries: 1 }],
      script: { '0-1': { vanishes: true }, '0-2': { vanishes: true } },
      expect: { state: 'failed', failure: 'run.agent-vanished', attempts: ['0-1 failed', '0-2 failed'] },
    },
    {
      why: 'exec is refused without an agent, and not tried again',
      actions: [{ settings: { action: 'exec', command: ['true'] }, maxRetries: 5 }, {}, { mandatory: true }],
      script: {},
      disableExec: true,
      expect: {
        state: 'failed',
        failure: 'scheduler.exec-disabled',
        attempts: ['0-1 failed', '1-0 skipped', '2-1 succeeded'],
      },
    },
  ];
  for (const { why, actions, script, disableExec, expect } of table) {
    it(`knows that ${why}`, async () => {
      open(({ name }) => script[name] ?? {}, { disableExec: disableExec ?? false });
      const { job: made } = world.platform.addJob(job({}, ...actions));
      world.start();
      await world.pass(60_000);
      const [run] = world.platform.runsOf(made.id);
      const { state, exitCode, failure } = run!;
      const attempts = run!.attempts.map((one) => `${one.action}-${one.attempt} ${one.state}`);
      assert.deepEqual(
        {
          state,
          attempts,
          ...(exitCode !== undefined && { exitCode }),
          ...(failure && { failure: failure.code }),
        },
        expect,
      );
      const launched = expect.attempts.filter((one) => !/-0 |exec/.test(one)).length;
      assert.equal(world.agents.started.length, disableExec ? 1 : launched);
    });
  }

  it('waits between two tries as long as the action says', async () => {
    open(() => ({ state: 'failed' }));
    const { job: made } = world.platform.addJob(job({}, { maxRetries: 1, maxRetriesInterval: 90 }));
    world.start();
    await world.pass(120_000);
    const [first, second] = world.platform.runsOf(made.id)[0]!.attempts;
    assert.equal(second!.startedAt.getTime() - first!.endedAt!.getTime(), 90_000);
  });

  it('tells progress and steps while an agent works', async () => {
    open(() => ({ ms: 60_000 }));
    const { job: made } = world.platform.addJob(job());
    world.start();
    await world.pass(20_000);
    const [run] = world.platform.runsOf(made.id);
    assert.equal(run?.state, 'running');
    assert.deepEqual(run.progress, { action: 0, attempt: 1, step: 'transfer', bytes: 4096 });
    assert.deepEqual(run.attempts[0]?.steps, [{ id: 'transfer', state: 'running' }]);
  });
});
