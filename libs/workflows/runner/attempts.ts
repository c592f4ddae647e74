import { Failure } from '#kernel';
import { perform, type Stage, type Step } from './act.js';
import type { Holds } from './holds.js';
import type { StepRecord, StepState } from './workflow-result.js';

/** The stage of a walk on its way forward. */
export interface ForwardStage extends Stage {
  readonly signal: AbortSignal;
  readonly holds: Holds;
}

const DEFAULT_RETRY_INTERVAL_MS = 1000;

/**
 * Runs a step until it succeeds, fails for good or is cancelled. Only failures that the catalog says to try again
 * `later` are, after a wait. A step that resolves has happened, also when it was called off meanwhile.
 */
export async function runStep(stage: ForwardStage, step: Step): Promise<StepRecord> {
  const { clock, announcer, signal } = stage;
  const { id, uses, retries = 0, retryIntervalMs = DEFAULT_RETRY_INTERVAL_MS } = step.spec;
  const startedAt = clock.now();
  const record = (state: StepState, attempts: number, failure?: Failure): StepRecord => {
    return { id, uses, state, attempts, startedAt, endedAt: clock.now(), failure };
  };
  announcer.tell({ kind: 'step-started', step: id, uses, at: startedAt });
  for (let attempts = 1; ; attempts += 1) {
    const end = await attempt(stage, step);
    if (end === 'succeeded') return record('succeeded', attempts);
    const { failure, final } = end;
    const calledOff = () => record('cancelled', attempts, cancelled(`in step "${id}"`, failure));
    if (signal.aborted) return calledOff();
    if (final || failure.retry !== 'later' || attempts > retries) return record('failed', attempts, failure);
    announcer.tell({
      kind: 'retry-waiting',
      step: id,
      uses,
      at: clock.now(),
      attempts,
      waitMs: retryIntervalMs,
      failure,
    });
    if ((await rest(stage, retryIntervalMs)) === 'called-off') return calledOff();
  }
}

/** The failure of a walk that was called off; `where` is `in step "copy"` or `before step "copy"`. */
export function cancelled(where: string, cause: unknown): Failure {
  return new Failure('run.cancelled', `cancelled ${where}`, {}, cause);
}

interface FailedAttempt {
  readonly failure: Failure;
  /** Whatever the catalog says, it is not to be tried again. */
  readonly final: boolean;
}

async function attempt(stage: ForwardStage, step: Step): Promise<'succeeded' | FailedAttempt> {
  const { slots, holds, signal: outer } = stage;
  const { id, uses, timeoutMs, with: params } = step.spec;
  const terms = { title: `step "${id}"`, outer, timeoutMs, mayWrite: true };
  const { outcome, written } = await perform(stage, step, terms, (context) => step.kind.run(context, params));
  if (outcome.kind === 'rejected') return { failure: outcome.failure.with({ step: id, uses }), final: false };
  if (outcome.kind === 'abandoned') {
    // Should it still take something, that is given back then; a rejection means that it holds nothing. It is not tried
    // again, since two of its kind would then be at work.
    void outcome.running.then(
      (hold) => holds.refuse(step, hold),
      () => undefined,
    );
    return { failure: outcome.failure.with({ step: id, uses, abandoned: true }), final: true };
  }
  const unwritten = step.kind.writes.find((place) => !written.has(place));
  if (unwritten) {
    await holds.refuse(step, outcome.value);
    const message = `step "${id}" ended without writing slot "${unwritten.name}"`;
    return { failure: new Failure('internal.unexpected', message, { step: id, uses }), final: true };
  }
  holds.take(step, outcome.value);
  slots.absorb(written);
  return 'succeeded';
}

async function rest({ clock, signal }: ForwardStage, ms: number): Promise<'rested' | 'called-off'> {
  try {
    await clock.sleep(ms, signal);
    return 'rested';
  } catch (error) {
    if (signal.aborted) return 'called-off';
    throw error;
  }
}
