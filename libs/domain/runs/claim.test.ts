import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isFailure, type ProjectId, type RunId } from '#kernel';
import { aClaim, aRun, at, LEASE_MS, NOW } from '../testing/runs.js';
import { checkFence, claimRun, type Claim } from './claim.js';
import { RUN_ENDS } from './run-states.js';
import type { Run } from './run.js';

const FRESH = { id: 'run' as RunId, project: 'p' as ProjectId };
const claim = (wish: Claim, existing: Run | undefined, now = NOW) =>
  claimRun(wish, existing, FRESH, LEASE_MS, now);
const OTHER = aClaim({ holder: 'b', claimId: 'claim-b' });

describe('a claim', () => {
  it('gets a run with the first fence and a lease', () => {
    assert.deepEqual(claim(aClaim(), undefined), aRun());
  });

  it('that is sent again gets the same run, with a longer lease', () => {
    const again = claim(aClaim(), aRun({ state: 'running' }), at(30));
    assert.deepEqual(again, aRun({ state: 'running', leaseUntil: at(90), updatedAt: at(30) }));
  });

  it('that is sent again for a run that was given up has it live again, with the same fence', () => {
    const lost = aRun({ state: 'lost', endedAt: at(61), failure: { code: 'run.lost', message: 'x' } });
    const again = claim(aClaim(), lost, at(70));
    assert.deepEqual([again.state, again.fence, again.wasLost], ['claimed', 1, true]);
    assert.deepEqual([again.endedAt, again.failure], [undefined, undefined]);
  });

  it('of another holder is refused while the lease lasts', () => {
    assert.throws(
      () => claim(OTHER, aRun(), at(60)),
      (error) => isFailure(error, 'run.already-claimed') && error.context['run'] === 'run',
    );
  });

  it('of another holder takes the run over when the lease has ended, and outdates the former one', () => {
    const taken = claim(OTHER, aRun({ state: 'running', startedAt: at(1), exitCode: 1 }), at(61));
    assert.deepEqual([taken.fence, taken.holder, taken.state, taken.wasLost], [2, 'b', 'claimed', true]);
    assert.deepEqual([taken.startedAt, taken.exitCode, taken.attempts], [undefined, undefined, []]);
    checkFence(taken, 2);
    assert.throws(
      () => checkFence(taken, 1),
      (error) => isFailure(error, 'run.lease-lost'),
    );
  });

  for (const state of RUN_ENDS) {
    it(`of a run that is ${state} is refused, whoever sends it`, () => {
      for (const wish of [aClaim(), OTHER]) {
        assert.throws(
          () => claim(wish, aRun({ state }), at(1000)),
          (error) => isFailure(error, 'run.already-claimed'),
        );
      }
    });
  }
});
