import { asFailure, type Failure, type Logger, type LogLevel } from '#kernel';
import type { StepState } from './workflow-result.js';
import type { StepEvent } from './step-kind.js';

/** The two ways of giving back what a step holds. */
export type GivingBack = 'undo' | 'release';

interface OfStep {
  readonly step: string;
  readonly uses: string;
  readonly at: Date;
}

interface StepEnded extends OfStep {
  readonly kind: 'step-ended';
  readonly state: StepState;
  readonly attempts: number;
  /** Milliseconds from start to end, waits between attempts included; 0 for a skipped step. */
  readonly ms: number;
  readonly failure?: Failure;
  /** Why it was skipped. */
  readonly reason?: string;
}

/** What happens in a walk, in order. Each step ends exactly once; a skipped one has not started. */
export type WorkflowEvent =
  | (OfStep & { readonly kind: 'step-started' })
  | StepEnded
  | (OfStep & { readonly kind: 'step-told' } & StepEvent)
  | (OfStep & {
      readonly kind: 'retry-waiting';
      /** Attempts made so far. */
      readonly attempts: number;
      readonly waitMs: number;
      readonly failure: Failure;
    })
  | (OfStep & { readonly kind: 'undo-started'; readonly act: GivingBack })
  | (OfStep & {
      readonly kind: 'undo-ended';
      readonly act: GivingBack;
      readonly ms: number;
      readonly failure?: Failure;
    });

/** Takes events to the log and to whoever listens. Never throws: a full disk under the log must not stop an undo. */
export class Announcer {
  /** The first thing that the log or the listener threw. */
  firstFailure: Failure | undefined;

  constructor(
    readonly log: Logger,
    readonly onEvent: ((event: WorkflowEvent) => void) | undefined,
  ) {}

  tell(event: WorkflowEvent): void {
    this.#attempt(() => this.log[levelOf(event)](WORDS[event.kind], factsOf(event)));
    this.#attempt(() => this.onEvent?.(event));
  }

  #attempt(telling: () => void): void {
    try {
      telling();
    } catch (error) {
      this.firstFailure ??= asFailure(error);
    }
  }
}

const WORDS: Readonly<Record<WorkflowEvent['kind'], string>> = {
  'step-started': 'step started',
  'step-ended': 'step ended',
  'step-told': 'step told',
  'retry-waiting': 'step waits to try again',
  'undo-started': 'giving back',
  'undo-ended': 'gave back',
};

function levelOf(event: WorkflowEvent): LogLevel {
  switch (event.kind) {
    case 'step-ended':
      return event.failure ? 'warn' : 'info';
    case 'undo-ended':
      return event.failure ? 'error' : 'info';
    case 'retry-waiting':
      return 'warn';
    default:
      return 'debug';
  }
}

/** An event as facts for the log, which writes JSON: an error would come out without its message. */
function factsOf(event: WorkflowEvent): object {
  const { kind: _kind, at: _at, ...facts } = event;
  if (!('failure' in facts) || facts.failure === undefined) return facts;
  return { ...facts, failure: facts.failure.message, code: facts.failure.code };
}
