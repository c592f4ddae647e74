import { acknowledgeEvent, withNothingToCome, type Actor, type Job } from '#domain';
import type { JobId, ProjectId } from '#kernel';
import type { Stores } from '#metadata';
import type { AcknowledgeRequest } from '#node-protocol';
import { acting } from '../acting.js';
import type { ControlParts, JobWithActions } from '../parts.js';
import { jobOfClient } from './job-of-client.js';
import { hasMore } from './outlook.js';
import { withActions, zoneOf } from './with-actions.js';

/**
 * The scheduler has taken note of a job, and of the event it carried. One that now waits for nothing is completed. Said
 * again, or too late, it changes nothing. Rejects with `job.missing` when the client has no such job.
 */
export async function acknowledgeJob(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: JobId,
  { clientId, event, activation, running }: AcknowledgeRequest,
): Promise<JobWithActions> {
  return acting(parts, actor, 'report', project, async (stores) => {
    const now = parts.clock.now();
    const before = await jobOfClient(stores, project, clientId, id);
    const taken = acknowledgeEvent(before, { event, activation, running }, now);
    if (taken === before) return withActions(stores, before);
    const job = await settled(stores, taken, now);
    await stores.jobs.update(job);
    return withActions(stores, job);
  });
}

async function settled(stores: Stores, job: Job, now: Date): Promise<Job> {
  if (job.status !== 'scheduled') return job;
  return (await hasMore(stores, job, await zoneOf(stores, job), now)) ? job : withNothingToCome(job);
}
