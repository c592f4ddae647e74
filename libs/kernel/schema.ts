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
  throw invalid(
    what,
    result.error.issues.flatMap((issue) => problemsOf(issue, schema)),
  );
}

/** A Failure `input.invalid` that names every problem with its place. */
export function invalid(what: string, problems: readonly Problem[]): Failure {
  const list = problems.map((p) => (p.path ? `${p.path}: ${p.message}` : p.message)).join('; ');
  return new Failure('input.invalid', `${what} is not valid: ${list}`, { what, problems });
}

/** What an issue of `schema` says, in our words. */
export function problemsOf(issue: z.core.$ZodIssue, schema: Schema<unknown>): Problem[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const place = schemaAt(schema, issue.path);
    const known = place instanceof z.ZodObject ? Object.keys(place.shape) : [];
    return issue.keys.map((key) => ({ path, message: `unknown key ${withNearest(key, known)}` }));
  }
  return [{ path, message: issue.message }];
}

/** What describes the value at `path`, as far as it can be told without the value. */
function schemaAt(schema: unknown, path: readonly PropertyKey[]): unknown {
  let place = unwrapped(schema);
  for (const part of path) {
    if (place instanceof z.ZodObject) place = unwrapped((place.shape as Record<PropertyKey, unknown>)[part]);
    else if (place instanceof z.ZodArray) place = unwrapped(place.element);
    else return undefined;
  }
  return place;
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodReadonly) return unwrapped(schema.unwrap());
  return schema instanceof z.ZodPipe ? unwrapped(schema.in) : schema;
}
