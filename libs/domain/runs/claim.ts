import { Failure, type JobId, type ProjectId, type RunId } from '#kernel';
import { hasEnded } from './run-states.js';
import type { Run } from './run.js';

/** What a scheduler says when it wants to run an occurrence. */
export interface Claim {
  readonly jobId: JobId;
  readonly clientId: string;
  readonly occurrence: string;
  readonly dueAt: Date;
  readonly jobRevision: number;
  readonly holder: string;
  readonly claimId: string;
}

/**
 * The run that a claim gets. `existing` is the run of that occurrence, if there is one.
 *
 * The same claim sent again gets the same run. A run whose lease has ended can be taken over; the fence rises, and its
 * former holder is refused from then on. Rejects with `run.already-claimed`.
 */
export function claimRun(
  claim: Claim,
  existing: Run | undefined,
  fresh: { readonly id: RunId; readonly project: ProjectId },
  leaseMs: number,
  now: Date,
): Run {
  const leaseUntil = new Date(now.getTime() + leaseMs);
  if (!existing) {
    return {
      ...{ ...claim, ...fresh, state: 'claimed', fence: 1, leaseUntil, claimedAt: now, attempts: [] },
      ...{ bytesRead: 0, bytesStored: 0, wasLost: false, createdAt: now, updatedAt: now },
    };
  }
  if (existing.claimId === claim.claimId && !hasEnded(existing.state)) {
    const heard = { ...existing, leaseUntil, updatedAt: now };
    if (existing.state !== 'lost') return heard;
    return { ...heard, state: 'claimed', wasLost: true, endedAt: undefined, failure: undefined };
  }
  const over = existing.state === 'lost' || existing.leaseUntil < now;
  if (hasEnded(existing.state) || !over) {
    throw new Failure(
      'run.already-claimed',
      `occurrence ${claim.occurrence} of job ${claim.jobId} was claimed: run ${existing.id} is ${existing.state}`,
      { run: existing.id, state: existing.state, occurrence: claim.occurrence, job: claim.jobId },
    );
  }
  return {
    ...{ ...existing, ...claim, state: 'claimed', fence: existing.fence + 1, leaseUntil, claimedAt: now },
    ...{ startedAt: undefined, endedAt: undefined, progress: undefined, failure: undefined },
    ...{ exitCode: undefined, attempts: [], wasLost: true, updatedAt: now },
  };
}

/** Rejects with `run.lease-lost` unless `fence` is the run's newest. */
export function checkFence(run: Pick<Run, 'id' | 'fence'>, fence: number): void {
  if (run.fence === fence) return;
  throw new Failure('run.lease-lost', `run ${run.id} was taken over: fence ${fence} is not ${run.fence}`, {
    run: run.id,
    fence,
    newest: run.fence,
  });
}
