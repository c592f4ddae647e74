import { examine, invalid, type Problem, type Schema } from '#kernel';

/**
 * A body of which the schema's own problems are no end yet: declared as the type of a `@Body({ schema })`, it is what is
 * left without them, and what they are, so that the answer can name them with all others. Whoever takes it passes
 * `problems` on, to be refused.
 */
export class ExaminedBody<T> {
  constructor(
    readonly value: T,
    readonly problems: readonly Problem[],
  ) {}
}

/** Rejects with `input.invalid` when nothing is left to look at. */
export function examinedBody<T>(schema: Schema<T>, body: unknown, what: string): ExaminedBody<T> {
  const { value, problems } = examine(schema, body);
  if (value === undefined) throw invalid(what, problems);
  return new ExaminedBody(value, problems);
}
