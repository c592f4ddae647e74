import { Failure } from '#kernel';

/** For `throw`: a value that cannot be read as what it should be. */
export function refusal(message: string): Failure {
  return new Failure('input.invalid', message);
}

/** A value as a message may show it: quoted, short, on one line. */
export function quoted(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
}

const SHOWN = 60;
