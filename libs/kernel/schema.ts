import { z } from 'zod';
import { Failure } from './failure.js';
import { withNearest } from './nearest.js';

/** Schemas are zod's everywhere: one source for validation, types, help and docs. */
export { z };
export type Schema<T> = z.ZodType<T>;

/** One thing that is wrong with an input: where, and what. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** `value` as `T`, or a Failure `input.invalid` that names every problem with its place, not only the first. */
export function parse<T>(schema: Schema<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, schema));
  const list = problems.map((p) => (p.path ? `${p.path}: ${p.message}` : p.message)).join('; ');
  throw new Failure('input.invalid', `${what} is not valid: ${list}`, { what, problems });
}

function problemsOf(issue: z.core.$ZodIssue, schema: Schema<unknown>): Problem[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    return issue.keys.map((key) => ({ path, message: `unknown key ${withNearest(key, known)}` }));
  }
  return [{ path, message: issue.message }];
}
