import { hasFile, reviseJob, type Action, type Job } from '#domain';
import { Failure, type Problem } from '#kernel';
import type { Stores } from '#metadata';
import { capabilityProblems } from '../clients/capability-problems.js';
import { findClient } from '../clients/find-client.js';
import { below, refuseProblems } from '../problems.js';
import type { ControlParts } from '../parts.js';

/** Rejects with `input.invalid` when a file has the say over the action: it was written out there. */
export function refuseWhereFileHasSay(action: Action, jobs: readonly Job[]): void {
  const job = jobs.find(({ id }) => id === action.madeFor);
  if (job?.origin.kind !== 'file' || !hasFile(job)) return;
  const { file } = job.origin;
  const message = `is written in the job file "${file}" of client "${job.clientId}", which has the say; change it there`;
  throw new Failure('input.invalid', `action ${action.id} ${message}`, {
    action: action.id,
    file,
    problems: [{ path: '', message }],
  });
}

/** Rejects an action that does not work, or that the client of a job that uses it cannot do. */
export async function checkAction(
  parts: ControlParts,
  stores: Stores,
  action: Action,
  jobs: readonly Job[],
): Promise<void> {
  const problems: Problem[] = [...parts.settingsProblems(action.settings)];
  for (const clientId of new Set(jobs.map((job) => job.clientId))) {
    const client = await findClient(stores, action.project, clientId);
    if (client) {
      problems.push(...(await capabilityProblems(parts, stores, client, action.project, action.settings)));
    }
  }
  refuseProblems('action', below('settings', problems));
}

/** Tells the jobs that one of their actions says something else now. */
export async function reviseJobsOf(stores: Stores, jobs: readonly Job[], now: Date): Promise<void> {
  for (const job of jobs) await stores.jobs.update(reviseJob(job, job, true, now));
}
