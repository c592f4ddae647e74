import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Failure, type FailureCode } from '#kernel';
import { isAway, isDisowned, isPassing, waitAfter } from './backoff.js';

const failure = (code: FailureCode) => new Failure(code, 'x');

describe('what the API fails with', () => {
  it('is waited for from one second to thirty, not by all at the same time', () => {
    const waits = [1, 2, 3, 4, 5, 6, 60].map((tries) =>
      waitAfter(failure('api.unreachable'), tries, () => 0),
    );
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
    assert.equal(
      waitAfter(failure('api.unreachable'), 60, () => 1),
      30_000,
    );
    assert.equal(
      waitAfter(failure('auth.credentials-wrong'), 1, () => 0),
      60_000,
    );
  });

  const table: [FailureCode, { away?: boolean; passing?: boolean; disowned?: boolean }][] = [
    ['api.unreachable', { away: true, passing: true }],
    ['metadata.unavailable', { away: true, passing: true }],
    ['auth.credentials-wrong', { away: true, passing: true }],
    ['auth.forbidden', { away: true, passing: true }],
    ['client.missing', { away: true, passing: true }],
    ['internal.unexpected', { passing: true }],
    ['metadata.failed', { passing: true }],
    ['input.invalid', {}],
    ['job.missing', {}],
    ['run.already-claimed', {}],
    ['run.lease-lost', { disowned: true }],
    ['run.missing', { disowned: true }],
    ['run.transition-invalid', { disowned: true }],
  ];
  for (const [code, { away = false, passing = false, disowned = false }] of table) {
    it(`says with ${code} whether it is away, may do better later, or wants to hear nothing of a run`, () => {
      const told = failure(code);
      assert.deepEqual([isAway(told), isPassing(told), isDisowned(told)], [away, passing, disowned]);
    });
  }
});
