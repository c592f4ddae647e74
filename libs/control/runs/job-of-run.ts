import { jobAfterRun, jobRunsOn, type Job, type Run } from '#domain';
import type { ProjectId, RunId } from '#kernel';
import type { Stores } from '#metadata';
import { findClient } from '../clients/find-client.js';
import { missing } from '../documents.js';
import { zoneOf } from '../jobs/with-actions.js';
import { hasMore } from '../jobs/outlook.js';

/** A run and its job, both locked, the job first; the job may be gone. */
export interface LockedRun {
  readonly run: Run;
  readonly job: Job | undefined;
}

/** Rejects with `run.missing`. */
export async function lockedRun(stores: Stores, id: RunId): Promise<LockedRun> {
  // The job's lock comes before the run's everywhere, and which job it is never changes.
  const seen = await stores.runs.get(id);
  const job = seen && (await stores.jobs.get(seen.jobId, 'lock'));
  const run = seen && (await stores.runs.get(id, 'lock'));
  if (!run) throw missing('run.missing', id);
  return { run, job };
}

/**
 * Has a job go on after a run of it has ended. A job follows its newest run: a late word of an older one does not move
 * it. Without `more` it is worked out whether anything is to come.
 */
export async function afterRun(
  stores: Stores,
  job: Job | undefined,
  run: Run,
  more: boolean | undefined,
  now: Date,
): Promise<void> {
  if (!job || !(await isNewest(stores, run))) return;
  const goesOn = more ?? (await hasMore(stores, job, await zoneOf(stores, job), now));
  await stores.jobs.update(jobAfterRun(job, run.state, goesOn, now));
}

/** Has a job run on when its newest run, which was given up, is heard of again. */
export async function runsOn(stores: Stores, job: Job | undefined, run: Run, now: Date): Promise<void> {
  if (!job || !(await isNewest(stores, run))) return;
  await stores.jobs.update(jobRunsOn(job, now));
}

async function isNewest(stores: Stores, run: Run): Promise<boolean> {
  const { rows } = await stores.runs.list({ where: { jobId: run.jobId }, newestFirst: true, limit: 1 });
  return rows[0]?.id === run.id;
}

/** Rejects with `run.missing` unless the run is of this project, or of a central client that this project has. */
export async function requireRunOf(stores: Stores, project: ProjectId, run: Run): Promise<void> {
  if (run.project === project) return;
  const client = await findClient(stores, run.project, run.clientId);
  if (client?.project !== project) throw missing('run.missing', run.id);
}
