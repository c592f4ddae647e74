import { Failure } from '#kernel';
import type { JobResult } from '../jobs/job.js';

/**
 * claimed: a scheduler has it · running: its agent works · succeeded · incomplete: done, but something could not be read ·
 * failed · cancelled · lost: its lease ended without a word; a late report of its holder is still believed.
 */
export const RUN_STATES = [
  'claimed',
  'running',
  'succeeded',
  'incomplete',
  'failed',
  'cancelled',
  'lost',
] as const;
export type RunState = (typeof RUN_STATES)[number];

const ENDS = ['succeeded', 'incomplete', 'failed', 'cancelled'] as const satisfies readonly RunState[];
/** How a run ends when its holder says so. */
export type RunEnd = (typeof ENDS)[number];
export const RUN_ENDS: readonly RunEnd[] = ENDS;

/** From which state a run may go to which. */
export const RUN_TRANSITIONS: Readonly<Record<RunState, readonly RunState[]>> = {
  claimed: ['running', ...ENDS, 'lost'],
  running: [...ENDS, 'lost'],
  // Its holder was only out of reach.
  lost: ['claimed', 'running', ...ENDS],
  succeeded: [],
  incomplete: [],
  failed: [],
  cancelled: [],
};

/** What a run's end means for its job, in Freezer's words. */
export const RUN_RESULTS: Readonly<Partial<Record<RunState, JobResult>>> = {
  succeeded: 'success',
  incomplete: 'success',
  failed: 'fail',
  lost: 'fail',
  cancelled: 'aborted',
};

export function isActive(state: RunState): boolean {
  return state === 'claimed' || state === 'running';
}

/** Nothing will be said of it any more. */
export function hasEnded(state: RunState): boolean {
  return RUN_TRANSITIONS[state].length === 0;
}

/** Rejects with `run.transition-invalid`. Staying where it is is no transition, and allowed. */
export function checkTransition(run: { readonly id: string; readonly state: RunState }, to: RunState): void {
  if (run.state === to || RUN_TRANSITIONS[run.state].includes(to)) return;
  throw new Failure('run.transition-invalid', `run ${run.id} is ${run.state} and cannot become ${to}`, {
    run: run.id,
    state: run.state,
    to,
  });
}
