import type { Failure } from '#kernel';
import type { Slots } from './slot.js';

export type StepState = 'succeeded' | 'failed' | 'cancelled' | 'skipped';

export interface StepRecord {
  readonly id: string;
  readonly uses: string;
  readonly state: StepState;
  /** How often it was begun; 0 when it was skipped. */
  readonly attempts: number;
  /** None when it was skipped. */
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly failure?: Failure;
  /** Why it was skipped. */
  readonly reason?: string;
}

export interface WorkflowResult {
  /**
   * `succeeded`: every mandatory step did, and everything held was given back. `cancelled`: the walk was called off
   * before its last step had ended. `failed`: anything else.
   */
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  /** One for each step, in the order of the walk. */
  readonly steps: readonly StepRecord[];
  /** Why it did not succeed: the first reason. */
  readonly failure?: Failure;
  /** One `workflow.undo-failed` for each undo or release that failed, in order; its cause says how. */
  readonly undoFailures: readonly Failure[];
  /** The first thing that the log or `onEvent` threw; it has no effect on the walk. */
  readonly observerFailure?: Failure;
  /** What was given and written, also by a walk that did not succeed. */
  readonly slots: Slots;
}
