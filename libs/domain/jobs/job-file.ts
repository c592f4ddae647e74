import type { Job } from './job.js';
import { isOneShot } from './job-revision.js';

/** The digest of a file that is gone. */
const GONE = '';

/** Whether a file of its client has the say over the job. */
export function hasFile(job: Pick<Job, 'origin'>): boolean {
  return job.origin.kind === 'file' && job.origin.digest !== GONE;
}

/** The job when its file is gone: it is stopped, and what runs goes on to its end. What is completed stays so. */
export function withoutFile(job: Job, now: Date): Job {
  if (job.origin.kind !== 'file') return job;
  const live = job.status === 'new' || job.status === 'scheduled' || job.status === 'running';
  return {
    ...job,
    origin: { ...job.origin, digest: GONE },
    status: live ? 'stopped' : job.status,
    // An abort still has to reach whoever runs it.
    event: job.event === 'abort' ? job.event : undefined,
    updatedAt: now,
  };
}

/**
 * The job with the file that it was read from. One that was stopped because its file was gone goes on: what repeats,
 * from now; what runs once, if it has not. One that was stopped while its file was there stays stopped.
 */
export function withFile(job: Job, file: string, digest: string, now: Date): Job {
  const origin = { kind: 'file', file, digest } as const;
  if (job.origin.kind !== 'file' || hasFile(job) || job.status !== 'stopped') return { ...job, origin };
  const activation = isOneShot(job.schedule) ? job.activation : { ...job.activation, at: now };
  return { ...job, origin, activation, status: 'new', event: undefined, updatedAt: now };
}
