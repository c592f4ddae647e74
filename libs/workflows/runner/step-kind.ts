import { invariant, parse, z, type Clock, type Logger, type Schema } from '#kernel';
import type { Slot, Slots } from './slot.js';

/** Something a step tells while it works: `{ name: 'progress', facts: { bytes } }`. */
export interface StepEvent {
  readonly name: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What a step sees of the walk. It may use it until its promise has settled, and no longer. */
export interface StepContext extends Slots {
  /** Id of the step in its workflow. */
  readonly step: string;
  /** Calls this act off: the walk was cancelled, or the time of the act is over. Every act has a signal of its own. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
  /** Only slots that the kind declares in `writes`, and only in `run`. Seen by others once `run` has resolved. */
  set<T>(place: Slot<T>, value: NoInfer<T>): void;
  emit(event: StepEvent): void;
}

/** What a step keeps, with both ways of giving it back; the value held is closed over. */
export interface Hold {
  undo?(context: StepContext): Promise<void>;
  release?(context: StepContext): Promise<void>;
}

/** A kind of step as registries and the runner know it; its types are closed over by {@link defineStep}. */
export interface StepKind {
  readonly name: string;
  readonly summary: string;
  readonly params: Schema<unknown>;
  /** Must be written before the step runs. */
  readonly reads: readonly Slot<unknown>[];
  /** May be read, and may be absent. */
  readonly optional: readonly Slot<unknown>[];
  /** Are all written when `run` has resolved; one for which there is nothing is written with `undefined`. */
  readonly writes: readonly Slot<unknown>[];
  readonly undoes: boolean;
  readonly releases: boolean;
  /** Checks `params` by the kind's schema and runs. Rejects with `input.invalid`, or with what the step throws. */
  run(context: StepContext, params: unknown): Promise<Hold>;
}

/**
 * A kind of step as its author writes it.
 *
 * `run` acts and returns what it holds from then on; when it rejects, nothing is held. There are two ways to give back,
 * and a kind has either, both or none:
 *
 * - `release` gives back what is held: an application let go on, a snapshot removed, a lock. It is called in every
 *   case, at the end of the walk or at the step named by `releaseAfter`.
 * - `undo` takes back what was done: uploaded segments removed. It is called only when the walk did not succeed, and
 *   before `release`, so that it may still use what is held.
 *
 * Each is called at most once, steps newest first, with a fresh signal and a deadline of its own.
 */
interface StepAuthored<H> {
  readonly name: string;
  /** One line for listings and the docs. */
  readonly summary: string;
  readonly reads?: readonly Slot<unknown>[];
  readonly optional?: readonly Slot<unknown>[];
  readonly writes?: readonly Slot<unknown>[];
  undo?(held: H, context: StepContext): Promise<void>;
  release?(held: H, context: StepContext): Promise<void>;
}

interface StepWithParams<P, H> extends StepAuthored<H> {
  readonly params: Schema<P>;
  run(context: StepContext, params: P): Promise<H>;
}

interface StepWithoutParams<H> extends StepAuthored<H> {
  readonly params?: undefined;
  run(context: StepContext): Promise<H>;
}

export function defineStep<P, H>(step: StepWithParams<P, H>): StepKind;
export function defineStep<H>(step: StepWithoutParams<H>): StepKind;
export function defineStep<P, H>(step: StepWithParams<P, H> | StepWithoutParams<H>): StepKind {
  const { name, summary, reads = [], optional = [], writes = [], params = NO_PARAMS } = step;
  return {
    name,
    summary,
    params,
    reads,
    optional,
    writes,
    undoes: step.undo !== undefined,
    releases: step.release !== undefined,
    async run(context, given) {
      const held = await start(step, context, given ?? {});
      return {
        ...(step.undo && { undo: async (c: StepContext) => step.undo?.(held, c) }),
        ...(step.release && { release: async (c: StepContext) => step.release?.(held, c) }),
      };
    },
  };
}

/** The kinds that workflows may use, by name. */
export type StepKinds = ReadonlyMap<string, StepKind>;

export function stepKinds(kinds: Iterable<StepKind>): StepKinds {
  const byName = new Map<string, StepKind>();
  for (const kind of kinds) {
    invariant(!byName.has(kind.name), `there are two step kinds "${kind.name}"`);
    byName.set(kind.name, kind);
  }
  return byName;
}

const NO_PARAMS = z.strictObject({});

function start<P, H>(
  step: StepWithParams<P, H> | StepWithoutParams<H>,
  context: StepContext,
  given: unknown,
): Promise<H> {
  if (step.params === undefined) return step.run(context);
  return step.run(context, parse(step.params, given, `"with" of step "${context.step}"`));
}
