import { Failure } from './failure.js';

/** A thing that cannot be otherwise unless Firn itself is wrong. */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Failure('internal.unexpected', `invariant broken: ${what}`);
}

/** Lets the compiler find the case that a switch forgot. */
export function assertNever(value: never): never {
  throw new Failure('internal.unexpected', `unexpected variant ${JSON.stringify(value)}`);
}
