import { Failure, isFailure, nearest, parse, withNearest, type Problem } from '#kernel';
import type { Slot } from './slot.js';
import type { StepKind, StepKinds } from './step-kind.js';
import { circleOf, inOrder } from './step-order.js';
import type { StepSpec, WorkflowSpec } from './workflow.js';

/**
 * Everything that is wrong with a workflow, with places like `steps[2].uses`; nothing is run to find out.
 *
 * `given` are the slots that are filled before the first step.
 */
export function problems(
  spec: WorkflowSpec,
  kinds: StepKinds,
  given: readonly Slot<unknown>[] = [],
): Problem[] {
  const table = { steps: spec.steps, order: inOrder(spec.steps), kinds };
  return [...spec.steps.flatMap((step, at) => stepProblems(step, at, table)), ...slotProblems(table, given)];
}

/** Throws `workflow.invalid` with all problems, if there are any. */
export function refuseProblems(spec: WorkflowSpec, kinds: StepKinds, given: readonly Slot<unknown>[]): void {
  const found = problems(spec, kinds, given);
  if (found.length === 0) return;
  const list = found.map(({ path, message }) => `${path}: ${message}`).join('; ');
  const message = `workflow "${spec.name}" is not valid: ${list}`;
  throw new Failure('workflow.invalid', message, { workflow: spec.name, problems: found });
}

interface Table {
  readonly steps: readonly StepSpec[];
  /** The same steps as they run. */
  readonly order: readonly StepSpec[];
  readonly kinds: StepKinds;
}

function stepProblems(step: StepSpec, at: number, table: Table): Problem[] {
  const path = `steps[${at}]`;
  return [
    ...idProblems(step, at, table),
    ...kindProblems(step, path, table),
    ...afterProblems(step, path, table),
    ...releaseProblems(step, path, table),
  ];
}

function idProblems(step: StepSpec, at: number, { steps }: Table): Problem[] {
  const first = steps.findIndex(({ id }) => id === step.id);
  return first === at
    ? []
    : [{ path: `steps[${at}].id`, message: `"${step.id}" is the id of steps[${first}] already` }];
}

function kindProblems(step: StepSpec, path: string, { kinds }: Table): Problem[] {
  const kind = kinds.get(step.uses);
  if (kind) return paramProblems(step, kind, path);
  return [{ path: `${path}.uses`, message: `unknown step kind ${withNearest(step.uses, kinds.keys())}` }];
}

function paramProblems(step: StepSpec, kind: StepKind, path: string): Problem[] {
  try {
    parse(kind.params, step.with ?? {}, `${path}.with`);
    return [];
  } catch (error) {
    if (!isFailure(error, 'input.invalid')) throw error;
    const found = error.context.problems as readonly Problem[];
    return found.map((p) => ({
      path: [`${path}.with`, p.path].filter(Boolean).join('.'),
      message: p.message,
    }));
  }
}

function afterProblems(step: StepSpec, path: string, { steps }: Table): Problem[] {
  const ids = steps.map(({ id }) => id);
  const unknown = (step.after ?? []).flatMap((id, at) =>
    ids.includes(id)
      ? []
      : [{ path: `${path}.after[${at}]`, message: `unknown step ${withNearest(id, ids)}` }],
  );
  const circle = circleOf(step, steps);
  if (circle === undefined) return unknown;
  return [...unknown, { path: `${path}.after`, message: `waits for itself: ${circle.join(' after ')}` }];
}

function releaseProblems(step: StepSpec, path: string, table: Table): Problem[] {
  const until = step.releaseAfter;
  if (until === undefined) return [];
  const kind = table.kinds.get(step.uses);
  const problem = (message: string) => [{ path: `${path}.releaseAfter`, message }];
  const order = table.order.map(({ id }) => id);
  if (!order.includes(until)) return problem(`unknown step ${withNearest(until, order)}`);
  if (order.indexOf(until) <= order.indexOf(step.id))
    return problem(`"${until}" does not run after "${step.id}"`);
  if (kind && !kind.releases) return problem(`a step of kind "${kind.name}" has nothing to release`);
  // An undo may need what is held, and comes only at the end.
  if (kind?.undoes) return problem(`a step of kind "${kind.name}" could not be undone once it is released`);
  return [];
}

/** Who writes a slot; nobody's step when it was given. */
interface Writer {
  readonly step: StepSpec | undefined;
}

function slotProblems({ steps, order, kinds }: Table, given: readonly Slot<unknown>[]): Problem[] {
  const writers = new Map<Slot<unknown>, Writer>(given.map((place) => [place, { step: undefined }]));
  return order.flatMap((step) => {
    const path = `steps[${steps.indexOf(step)}]`;
    const kind = probableKind(step, kinds);
    const reads = (kind?.reads ?? []).flatMap((place) => readProblem(step, place, writers.get(place)));
    const writes = (kind?.writes ?? []).flatMap((place) => writeProblem(place, writers.get(place)));
    for (const place of kind?.writes ?? []) writers.set(place, { step });
    return [...reads, ...writes].map((message) => ({ path, message }));
  });
}

/** A mistyped kind is taken for the one that was meant, so that one slip is not told again by every later step. */
function probableKind(step: StepSpec, kinds: StepKinds): StepKind | undefined {
  return kinds.get(step.uses) ?? kinds.get(nearest(step.uses, kinds.keys()) ?? '');
}

function readProblem(step: StepSpec, place: Slot<unknown>, writer: Writer | undefined): string[] {
  if (!writer) return [`reads slot "${place.name}", which no step before it writes`];
  // Else a walk could succeed without a step that it cannot do without.
  if (writer.step?.mandatory === false && step.mandatory !== false) {
    return [`is mandatory but reads slot "${place.name}", which "${writer.step.id}" writes, which is not`];
  }
  return [];
}

function writeProblem(place: Slot<unknown>, writer: Writer | undefined): string[] {
  if (!writer) return [];
  return [
    `writes slot "${place.name}", which ${writer.step ? `"${writer.step.id}" writes` : 'is given'} already`,
  ];
}
