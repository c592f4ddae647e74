import { hasFile, type Job } from '#domain';
import { Failure } from '#kernel';

/** Rejects with `input.invalid` when a file of the job's client has the say over it. */
export function requireApiSay(job: Job, instead: string): void {
  if (job.origin.kind !== 'file' || !hasFile(job)) return;
  const { file } = job.origin;
  const message = `is written in the job file "${file}" of client "${job.clientId}", which has the say; ${instead}`;
  throw new Failure('input.invalid', `job ${job.id} ${message}`, {
    job: job.id,
    client: job.clientId,
    file,
    problems: [{ path: '', message }],
  });
}
