import { asFailure, invariant, type Clock, type Failure, type Logger } from '#kernel';
import type { Step } from './act.js';
import { cancelled, runStep, type ForwardStage } from './attempts.js';
import { Holds } from './holds.js';
import { refuseProblems } from './problems.js';
import { SlotTable, type FilledSlot } from './slot.js';
import type { StepKinds } from './step-kind.js';
import { inOrder } from './step-order.js';
import { Announcer, type WorkflowEvent } from './workflow-event.js';
import type { StepRecord, WorkflowResult } from './workflow-result.js';
import type { StepSpec, WorkflowSpec } from './workflow.js';

export interface RunOptions {
  /** Cancels the walk; what is held is given back all the same. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /** Slots that are filled before the first step. */
  readonly seed?: readonly FilledSlot[];
  readonly onEvent?: (event: WorkflowEvent) => void;
  /** Time for each undo and each release; 60 s unless told otherwise. */
  readonly undoTimeoutMs?: number;
  /** How long an act that was called off may take to end before it is left behind; 30 s unless told otherwise. */
  readonly graceMs?: number;
}

const DEFAULT_UNDO_TIMEOUT_MS = 60_000;
const DEFAULT_GRACE_MS = 30_000;

/**
 * Walks a workflow, one step at a time, in the order of its table as far as `after` lets it.
 *
 * Rejects with `workflow.invalid` before the first step; from then on it always resolves, whatever is thrown, and after
 * everything held has been given back: newest first, each once, also when an earlier one fails. A walk whose steps
 * have all succeeded is not undone any more, even if it is cancelled or a release fails at its end.
 */
export async function runWorkflow(
  spec: WorkflowSpec,
  kinds: StepKinds,
  options: RunOptions,
): Promise<WorkflowResult> {
  const seed = options.seed ?? [];
  refuseProblems(
    spec,
    kinds,
    seed.map(({ slot }) => slot),
  );
  return new Walk(spec, kinds, options, new SlotTable(seed)).run();
}

/** Why a walk goes no further. */
interface WalkEnd {
  readonly state: 'failed' | 'cancelled';
  readonly failure: Failure;
  readonly reason: string;
}

class Walk {
  readonly #steps: readonly Step[];
  readonly #stage: ForwardStage;
  readonly #records: StepRecord[] = [];
  #end: WalkEnd | undefined;

  constructor(spec: WorkflowSpec, kinds: StepKinds, options: RunOptions, slots: SlotTable) {
    const { clock, log, onEvent, signal, graceMs = DEFAULT_GRACE_MS } = options;
    const stage = { clock, announcer: new Announcer(log, onEvent), slots, graceMs };
    const holds = new Holds(stage, options.undoTimeoutMs ?? DEFAULT_UNDO_TIMEOUT_MS);
    this.#steps = inOrder(spec.steps).map((step) => ({ spec: step, kind: kindOf(step, kinds) }));
    this.#stage = { ...stage, signal, holds };
  }

  async run(): Promise<WorkflowResult> {
    try {
      for (const step of this.#steps) await this.#pass(step);
    } catch (error) {
      // Steps are caught where they run; what arrives here comes from the log or the clock. Holds come first.
      this.#stop('failed', asFailure(error), 'the walk broke off');
    }
    await this.#stage.holds.giveBackAll(this.#end === undefined);
    return this.#result();
  }

  async #pass(step: Step): Promise<void> {
    const { id, mandatory = true } = step.spec;
    const record = this.#obstacle(step) ?? (await runStep(this.#stage, step));
    this.#note(record);
    if (this.#end) return;
    const { state, failure } = record;
    if (failure && state === 'cancelled')
      return this.#stop('cancelled', failure, `cancelled in step "${id}"`);
    if (failure && mandatory) return this.#stop('failed', failure, `step "${id}" failed`);
    await this.#releaseDue(id);
  }

  /** The record of a step that does not run. */
  #obstacle({ spec: { id, uses }, kind }: Step): StepRecord | undefined {
    const { signal, slots } = this.#stage;
    const skipped = (reason: string): StepRecord => ({ id, uses, state: 'skipped', attempts: 0, reason });
    if (!this.#end && signal.aborted) {
      const where = `before step "${id}"`;
      this.#stop('cancelled', cancelled(where, signal.reason), `cancelled ${where}`);
    }
    if (this.#end) return skipped(this.#end.reason);
    const missing = kind.reads.find((place) => !slots.has(place));
    return missing && skipped(`slot "${missing.name}" was not written`);
  }

  /**
   * A release that fails ends the walk: an application that is still stopped needs somebody now, not in hours. Behind
   * the last step there is nothing to end, nor anything to be undone.
   */
  async #releaseDue(endedId: string): Promise<void> {
    const { holds } = this.#stage;
    await holds.releaseDue(endedId);
    const [failure] = holds.failures;
    const stepsLeft = this.#records.length < this.#steps.length;
    if (failure && stepsLeft) this.#stop('failed', failure, failure.message);
  }

  #stop(state: WalkEnd['state'], failure: Failure, reason: string): void {
    this.#end ??= { state, failure, reason };
  }

  #note(record: StepRecord): void {
    const { id: step, uses, state, attempts, startedAt, endedAt, failure, reason } = record;
    const ms = startedAt && endedAt ? endedAt.getTime() - startedAt.getTime() : 0;
    const at = endedAt ?? this.#stage.clock.now();
    this.#records.push(record);
    this.#stage.announcer.tell({ kind: 'step-ended', step, uses, at, state, attempts, ms, failure, reason });
  }

  #result(): WorkflowResult {
    const { holds, announcer, slots } = this.#stage;
    const undoFailures = [...holds.failures];
    const failure = this.#end?.failure ?? undoFailures[0];
    return {
      state: this.#end?.state ?? (failure ? 'failed' : 'succeeded'),
      steps: this.#records,
      failure,
      undoFailures,
      observerFailure: announcer.firstFailure,
      slots,
    };
  }
}

function kindOf(step: StepSpec, kinds: StepKinds) {
  const kind = kinds.get(step.uses);
  invariant(kind, `step kind "${step.uses}" is not there`);
  return kind;
}
