import { Failure } from '#kernel';
import type { CopyState } from '#storage';
import { counted } from '../../process/counted.js';

/** How a backup on several storages ended. */
export interface CopiesResult {
  /** For the summary. */
  readonly facts: object;
  readonly lines: readonly string[];
  /** When fewer storages hold the backup than must. */
  readonly failure: Failure | undefined;
}

/** `required` whole copies make a success; all of them when nothing is asked for. One storage is no matter of copies. */
export function copiesResult(copies: readonly CopyState[], required = copies.length): CopiesResult {
  if (copies.length === 0) return { facts: {}, lines: [], failure: undefined };
  const whole = copies.filter(({ state }) => state === 'whole');
  const others = copies.filter(({ state }) => state !== 'whole');
  const lines = [
    `${counted(whole.length, 'copy', 'copies')} of ${copies.length} made: ${whole.map(({ name }) => name).join(', ')}`,
    ...others.map(
      ({ name, state, failure }) => `${state} copy "${name}": ${failure?.message ?? 'no reason is known'}`,
    ),
  ];
  const isEnough = whole.length >= required;
  return {
    facts: { copies: copies.map(factsOf), requiredCopies: required },
    lines,
    failure: isEnough ? undefined : incomplete(copies, whole.length, required),
  };
}

function factsOf({ name, place, state, objects, bytes, failure }: CopyState): object {
  return {
    ...{ name, place, state, objects, bytes },
    ...(failure ? { code: failure.code, message: failure.message } : {}),
  };
}

function incomplete(copies: readonly CopyState[], whole: number, required: number): Failure {
  const others = copies.filter(({ state }) => state !== 'whole').map(({ name }) => name);
  const message = `${whole} of ${copies.length} copies are made, ${required} are required; not made: ${others.join(', ')}`;
  return new Failure('copies.incomplete', message, { whole, required, copies: others });
}
