import { checkFence } from './claim.js';
import { checkTransition, hasEnded, isActive, type RunEnd } from './run-states.js';
import type { Attempt, Run, RunFailure, RunProgress } from './run.js';

/** What a holder says while it works. */
export interface Heartbeat {
  readonly fence: number;
  readonly startedAt?: Date | undefined;
  readonly progress?: RunProgress | undefined;
  readonly attempts?: readonly Attempt[] | undefined;
}

/** What a holder says at the end. */
export interface RunReport {
  readonly fence: number;
  readonly state: RunEnd;
  readonly startedAt?: Date | undefined;
  readonly endedAt: Date;
  readonly exitCode?: number | undefined;
  readonly failure?: RunFailure | undefined;
  readonly attempts: readonly Attempt[];
  readonly bytesRead: number;
  readonly bytesStored: number;
}

/** The run after a heartbeat: its lease is longer, and if it was given up, it lives again. */
export function beat(run: Run, heartbeat: Heartbeat, leaseMs: number, now: Date): Run {
  checkFence(run, heartbeat.fence);
  checkTransition(run, 'running');
  return {
    ...run,
    state: 'running',
    wasLost: run.wasLost || run.state === 'lost',
    failure: undefined,
    endedAt: undefined,
    startedAt: heartbeat.startedAt ?? run.startedAt ?? now,
    progress: heartbeat.progress ?? run.progress,
    attempts: heartbeat.attempts ?? run.attempts,
    leaseUntil: new Date(now.getTime() + leaseMs),
    heartbeatAt: now,
    updatedAt: now,
  };
}

/** The run after its end was reported. The same end told twice is the same end. */
export function settle(run: Run, report: RunReport, now: Date): { run: Run; first: boolean } {
  checkFence(run, report.fence);
  if (hasEnded(run.state) && run.state === report.state) return { run, first: false };
  checkTransition(run, report.state);
  return {
    first: true,
    run: {
      ...run,
      state: report.state,
      wasLost: run.wasLost || run.state === 'lost',
      startedAt: report.startedAt ?? run.startedAt,
      endedAt: report.endedAt,
      exitCode: report.exitCode,
      failure: report.failure,
      attempts: report.attempts,
      bytesRead: report.bytesRead,
      bytesStored: report.bytesStored,
      progress: undefined,
      updatedAt: now,
    },
  };
}

/** The run when its lease has ended without a word. Unchanged when it has not. */
export function giveUp(run: Run, now: Date): Run {
  if (!isActive(run.state) || run.leaseUntil >= now) return run;
  const since = (run.heartbeatAt ?? run.claimedAt).toISOString();
  const message = `nothing was heard of run ${run.id} on client "${run.clientId}" since ${since}`;
  return { ...run, state: 'lost', endedAt: now, failure: { code: 'run.lost', message }, updatedAt: now };
}

/**
 * The run after a person asked to cancel it. Who holds it hears so at its next heartbeat; one whose lease has ended is
 * cancelled at once, since nobody would answer. Rejects with `run.transition-invalid` when it has ended otherwise.
 */
export function requestCancel(run: Run, by: string, now: Date): Run {
  checkTransition(run, 'cancelled');
  if (run.state === 'cancelled') return run;
  const asked = run.cancelRequestedAt
    ? run
    : { ...run, cancelRequestedAt: now, cancelRequestedBy: by, updatedAt: now };
  if (isActive(run.state) && run.leaseUntil >= now) return asked;
  const message = `cancelled by "${by}"; client "${run.clientId}" had not been heard of`;
  const failure = { code: 'run.cancelled', message };
  return { ...asked, state: 'cancelled', endedAt: now, progress: undefined, failure, updatedAt: now };
}
