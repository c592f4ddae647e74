import type { z } from 'zod';
import { problemsOf, type Problem, type Schema } from './schema.js';

export interface Examined<T> {
  /** What is left of the value without all that is wrong; `undefined` when that is no `T` either. */
  readonly value: T | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Everything that `schema` finds wrong with a JSON value, and the rest of it for those who find more: one answer can then
 * name all. Who goes on with the rest must refuse it in the end when there are problems.
 */
export function examine<T>(schema: Schema<T>, value: unknown): Examined<T> {
  let result = schema.safeParse(value);
  if (result.success) return { value: result.data, problems: [] };
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, schema));
  const rest: unknown = structuredClone(value);
  // What is wrong may hide something else that is.
  for (let round = 0; round < ROUNDS && !result.success; round += 1) {
    for (const issue of result.error.issues) removeFrom(rest, issue);
    result = schema.safeParse(rest);
  }
  return { value: result.data, problems };
}

const ROUNDS = 3;

function removeFrom(value: unknown, issue: z.core.$ZodIssue): void {
  const isUnknown = issue.code === 'unrecognized_keys';
  const path = isUnknown ? issue.path : issue.path.slice(0, -1);
  const owner = path.reduce<unknown>((place, part) => (place as Owner | undefined)?.[part], value);
  // An item of a list stays: without it, the places of those behind it would be others.
  if (typeof owner !== 'object' || owner === null || Array.isArray(owner)) return;
  for (const key of isUnknown ? issue.keys : issue.path.slice(-1)) delete (owner as Owner)[key];
}

type Owner = Record<PropertyKey, unknown>;
