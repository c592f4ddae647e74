import type { StepSpec } from './workflow.js';

/**
 * The steps in the order in which they run: again and again the first of the table whose `after` have all been placed.
 * Names that are no step are taken as placed. Steps in a circle, and those that wait for one, come last, as they stand.
 */
export function inOrder(steps: readonly StepSpec[]): readonly StepSpec[] {
  const waiting = [...steps];
  const placed: StepSpec[] = [];
  for (;;) {
    const missing = new Set(waiting.map(({ id }) => id));
    const next = waiting.findIndex((step) => !step.after?.some((id) => missing.has(id)));
    if (next < 0) return [...placed, ...waiting];
    placed.push(...waiting.splice(next, 1));
  }
}

/** The ids from `step` by way of `after` back to itself, the shortest way; `undefined` when there is none. */
export function circleOf(step: StepSpec, steps: readonly StepSpec[]): readonly string[] | undefined {
  const ways: string[][] = [[step.id]];
  const seen = new Set<string>();
  for (const way of ways) {
    const here = steps.find(({ id }) => id === way.at(-1));
    for (const before of here?.after ?? []) {
      if (before === step.id) return [...way, before];
      if (!seen.has(before)) ways.push([...way, before]);
      seen.add(before);
    }
  }
  return undefined;
}
