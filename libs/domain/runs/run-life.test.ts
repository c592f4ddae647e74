import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { aRun, at, LEASE_MS } from '../testing/runs.js';
import { beat, giveUp, requestCancel, settle, type RunReport } from './run-life.js';
import { RUN_ENDS, type RunEnd } from './run-states.js';

const report = (state: RunEnd, fence = 1): RunReport => ({
  ...{ fence, state, endedAt: at(20), exitCode: 0, attempts: [], bytesRead: 5_000_000_000, bytesStored: 3 },
});
const PROGRESS = { action: 0, attempt: 1, bytes: 7 };
const lostFailure = { code: 'run.lost', message: 'x' };

describe('a heartbeat', () => {
  it('has a run run, tells how far it is and makes its lease longer', () => {
    const run = beat(aRun(), { fence: 1, startedAt: at(2), progress: PROGRESS }, LEASE_MS, at(10));
    assert.deepEqual([run.state, run.startedAt, run.progress], ['running', at(2), PROGRESS]);
    assert.deepEqual([run.leaseUntil, run.heartbeatAt], [at(70), at(10)]);
  });

  it('without news keeps what was said before', () => {
    const before = aRun({ state: 'running', startedAt: at(2), progress: PROGRESS });
    const run = beat(before, { fence: 1 }, LEASE_MS, at(20));
    assert.deepEqual([run.startedAt, run.progress], [at(2), PROGRESS]);
  });

  it('has a run that was given up live again, which is remembered', () => {
    const lost = aRun({ state: 'lost', endedAt: at(61), failure: lostFailure });
    const run = beat(lost, { fence: 1 }, LEASE_MS, at(70));
    assert.deepEqual(
      [run.state, run.wasLost, run.failure, run.endedAt],
      ['running', true, undefined, undefined],
    );
  });

  it('of a former holder is refused', () => {
    assert.throws(
      () => beat(aRun({ fence: 2 }), { fence: 1 }, LEASE_MS, at(1)),
      (error) => isFailure(error, 'run.lease-lost'),
    );
  });
});

describe('a report', () => {
  for (const state of RUN_ENDS) {
    it(`settles a run as ${state}, once`, () => {
      const { run, first } = settle(aRun({ state: 'running', progress: PROGRESS }), report(state), at(21));
      assert.deepEqual([first, run.state, run.endedAt, run.progress], [true, state, at(20), undefined]);
      assert.deepEqual([run.bytesRead, run.bytesStored], [5_000_000_000, 3]);
      assert.deepEqual(settle(run, report(state), at(99)), { run, first: false });
    });
  }

  it('that says another end than the first is refused', () => {
    const { run } = settle(aRun(), report('failed'), at(21));
    assert.throws(
      () => settle(run, report('succeeded'), at(22)),
      (error) => isFailure(error, 'run.transition-invalid'),
    );
  });

  it('that comes late, from who has the newest fence, is believed', () => {
    const { run } = settle(aRun({ state: 'lost', failure: lostFailure }), report('succeeded'), at(500));
    assert.deepEqual([run.state, run.wasLost, run.failure], ['succeeded', true, undefined]);
  });

  it('of a former holder is refused', () => {
    assert.throws(
      () => settle(aRun({ fence: 2 }), report('succeeded'), at(1)),
      (error) => isFailure(error, 'run.lease-lost'),
    );
  });
});

describe('giving up', () => {
  it('waits for the end of the lease, to the millisecond', () => {
    const run = aRun({ state: 'running', heartbeatAt: at(0) });
    assert.equal(giveUp(run, at(60)), run);
    const lost = giveUp(run, at(60.001));
    assert.deepEqual([lost.state, lost.failure?.code, lost.endedAt], ['lost', 'run.lost', at(60.001)]);
    assert.match(lost.failure?.message ?? '', /client "web1" since 2026-11-20T12:00:00.000Z/);
  });

  it('leaves alone what is over', () => {
    for (const state of [...RUN_ENDS, 'lost'] as const) {
      const run = aRun({ state });
      assert.equal(giveUp(run, at(9999)), run);
    }
  });
});

describe('a request to cancel', () => {
  it('is kept for the holder to hear, with who asked first', () => {
    const asked = requestCancel(aRun({ state: 'running' }), 'ann', at(5));
    assert.deepEqual(
      [asked.state, asked.cancelRequestedAt, asked.cancelRequestedBy],
      ['running', at(5), 'ann'],
    );
    assert.equal(requestCancel(asked, 'bob', at(6)), asked);
  });

  it('ends a run at once that nobody is heard of', () => {
    for (const run of [aRun({ state: 'lost' }), aRun({ state: 'running', leaseUntil: at(1) })]) {
      const asked = requestCancel(run, 'ann', at(2));
      assert.deepEqual(
        [asked.state, asked.endedAt, asked.failure?.code],
        ['cancelled', at(2), 'run.cancelled'],
      );
      assert.equal(requestCancel(asked, 'ann', at(3)), asked);
    }
  });

  it('of a run that has ended is refused', () => {
    assert.throws(
      () => requestCancel(aRun({ state: 'succeeded' }), 'ann', at(5)),
      (error) => isFailure(error, 'run.transition-invalid'),
    );
  });
});
