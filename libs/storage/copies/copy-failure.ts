import { asFailure, Failure, isFailure } from '#kernel';

/** Which copy failed, and of what. */
export interface CopyFailure {
  readonly name: string;
  readonly failure: Failure;
}

/**
 * One failure for all: the first that says more than that an object is missing, since an object is missing only when
 * nobody has it. Names every copy.
 */
export function failureOfAll(act: string, failures: readonly CopyFailure[]): Failure {
  const telling =
    failures.find(({ failure }) => !isFailure(failure, 'storage.object-missing')) ?? failures[0];
  if (!telling) return new Failure('storage.unavailable', `there is no copy to ${act}`);
  if (failures.length === 1) return telling.failure;
  const { failure } = telling;
  const each = failures.map(({ name, failure: { message } }) => `"${name}": ${message}`).join('; ');
  const copies = Object.fromEntries(failures.map(({ name, failure: { code } }) => [name, code]));
  return new Failure(failure.code, `no copy could ${act}: ${each}`, { ...failure.context, copies }, failure);
}

/** What a storage of a copy rejected with; the reason of an abort is thrown as it is. */
export function failureOf(error: unknown, signal: AbortSignal | undefined): Failure {
  signal?.throwIfAborted();
  return asFailure(error);
}
