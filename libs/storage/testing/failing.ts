import assert from 'node:assert/strict';
import { isFailure, type Failure, type FailureCode } from '#kernel';

/** The Failure of this code that `act` ends with; anything else fails the test, an act that succeeds included. */
export async function failsWith(code: FailureCode, act: () => Promise<unknown>): Promise<Failure> {
  const outcome: unknown = await act().then(
    () => new Error('it succeeded'),
    (error: unknown) => error,
  );
  if (isFailure(outcome, code)) return outcome;
  const found = isFailure(outcome) ? `${outcome.code}: ${outcome.message}` : String(outcome);
  assert.fail(`expected ${code}, but: ${found}`);
}
