import assert from 'node:assert/strict';
import { isFailure, type Failure, type FailureCode, type Problem } from '#kernel';

/** The failure of that code that `act` rejects with. */
export async function rejection(act: Promise<unknown>, code: FailureCode): Promise<Failure> {
  let caught: unknown;
  await assert.rejects(act, (error) => {
    caught = error;
    return true;
  });
  if (!isFailure(caught, code)) throw caught;
  return caught;
}

/** The problems that an `input.invalid` names, as `path: message`. */
export async function problems(act: Promise<unknown>): Promise<readonly string[]> {
  const { context } = await rejection(act, 'input.invalid');
  return (context['problems'] as readonly Problem[]).map(({ path, message }) => `${path}: ${message}`);
}
