import { Failure } from '#kernel';
import type { ControlParts } from '../parts.js';
import { hashPassword, SALT_BYTES } from './password-hash.js';

export const LEAST_LENGTH = 12;

/** A password that nobody has to remember: 24 random bytes, in letters that need no escaping. */
export function madePassword(parts: Pick<ControlParts, 'random'>): string {
  return Buffer.from(parts.random(24)).toString('base64url');
}

/** Rejects a password that is too short with `input.invalid`; it is not shown. */
export function checkPassword(password: string): void {
  if (password.length >= LEAST_LENGTH) return;
  const message = `must have at least ${LEAST_LENGTH} characters`;
  throw new Failure('input.invalid', `password ${message}`, { problems: [{ path: 'password', message }] });
}

/** Its hash, with a new salt. */
export function hashOf(parts: Pick<ControlParts, 'random'>, password: string): Promise<string> {
  return hashPassword(password, parts.random(SALT_BYTES));
}
