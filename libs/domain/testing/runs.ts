import type { JobId, ProjectId, RunId, UserId } from '#kernel';
import type { Job } from '../jobs/job.js';
import type { Claim } from '../runs/claim.js';
import type { Run } from '../runs/run.js';

export const NOW = new Date('2026-11-20T12:00:00Z');
export const LEASE_MS = 60_000;

/** So many seconds after {@link NOW}. */
export function at(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

export function aClaim(rest: Partial<Claim> = {}): Claim {
  return {
    ...{ jobId: 'job' as JobId, clientId: 'web1', occurrence: 'once:1', dueAt: NOW, jobRevision: 1 },
    ...{ holder: 'a', claimId: 'claim-a' },
    ...rest,
  };
}

/** A run that `a` has claimed at {@link NOW}, with a lease of a minute. */
export function aRun(rest: Partial<Run> = {}): Run {
  return {
    ...{ ...aClaim(), id: 'run' as RunId, project: 'p' as ProjectId, state: 'claimed', fence: 1 },
    ...{ leaseUntil: at(60), claimedAt: NOW, attempts: [], bytesRead: 0, bytesStored: 0, wasLost: false },
    ...{ createdAt: NOW, updatedAt: NOW },
    ...rest,
  };
}

/** A job of the API that runs once, made at {@link NOW}. */
export function aJob(rest: Partial<Job> = {}): Job {
  return {
    ...{ id: 'job' as JobId, project: 'p' as ProjectId, userId: 'u' as UserId, clientId: 'web1' },
    ...{ description: '', actions: [], schedule: {}, origin: { kind: 'api' }, sessionTag: 0, revision: 1 },
    ...{ activation: { count: 1, at: NOW }, status: 'new', createdAt: NOW, updatedAt: NOW },
    ...rest,
  };
}
