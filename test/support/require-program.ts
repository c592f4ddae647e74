import type { Context } from 'mocha';
import { findProgram } from '#host';

/**
 * Skips the test when a program is missing, and says so in its title. Where the machine is meant to have it, a skip
 * would hide a fault: then FIRN_TEST_REQUIRE lists the program (by commas, or `all`), and the test fails.
 */
export function requireProgram(context: Context, name: string): void {
  if (findProgram(name) !== undefined) return;
  if (isRequired(name)) {
    throw new Error(`the program ${name} is missing, and FIRN_TEST_REQUIRE lists it`);
  }
  skipBecause(context, `no program ${name}`);
}

/** Whether the machine is meant to have it. */
export function isRequired(name: string): boolean {
  const required = (process.env['FIRN_TEST_REQUIRE'] ?? '').split(/[\s,]+/);
  return required.includes(name) || required.includes('all');
}

/** Skips a test and shows why. */
export function skipBecause(context: Context, reason: string): never {
  context.runnable().title += ` (skipped: ${reason})`;
  return context.skip();
}
