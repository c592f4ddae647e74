import { requestEvent, type Actor, type EventReply, type JobEvent } from '#domain';
import type { JobId, ProjectId } from '#kernel';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import type { ControlParts } from '../parts.js';
import { cancelActiveRuns } from '../runs/cancel-active-runs.js';
import { afterRun } from '../runs/job-of-run.js';

/** Starts, stops or aborts a job, also one that a file says. An abort cancels what runs of it. */
export async function sendJobEvent(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: JobId,
  event: JobEvent,
): Promise<EventReply> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const now = parts.clock.now();
    const before = inProject(await stores.jobs.get(id, 'lock'), project, 'job.missing', id);
    const { job, reply } = requestEvent(before, event, now);
    if (reply !== 'success') return reply;
    await stores.jobs.update(job);
    if (event === 'abort') {
      const ended = await cancelActiveRuns(stores, id, actor, now);
      for (const run of ended) await afterRun(stores, job, run, false, now);
    }
    return reply;
  });
}
