import type { Actor, Job, JobEvent, JobResult, JobStatus } from '#domain';
import type { JobId, ProjectId } from '#kernel';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import type { ControlParts, JobWithActions } from '../parts.js';
import { withActions } from './with-actions.js';

/** How a job fares, as a scheduler of Freezer tells it: it knows no claims and no runs. What is missing stays. */
export interface JobState {
  readonly status?: JobStatus | undefined;
  /** `''` when the scheduler has taken note of the event. */
  readonly event?: JobEvent | '' | undefined;
  readonly result?: JobResult | '' | undefined;
  readonly startedAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
}

/** Stores what a scheduler says of a job, and nothing of what a person wishes of it. */
export async function recordJobState(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: JobId,
  state: JobState,
): Promise<JobWithActions> {
  return acting(parts, actor, ['change', 'report'], project, async (stores) => {
    const before = inProject(await stores.jobs.get(id, 'lock'), project, 'job.missing', id);
    const job: Job = {
      ...before,
      status: state.status ?? before.status,
      event: told(state.event, before.event),
      result: told(state.result, before.result),
      startedAt: state.startedAt ?? before.startedAt,
      endedAt: state.endedAt ?? before.endedAt,
      updatedAt: parts.clock.now(),
    };
    await stores.jobs.update(job);
    return withActions(stores, job);
  });
}

function told<T extends string>(now: T | '' | undefined, before: T | undefined): T | undefined {
  return now === undefined ? before : now || undefined;
}
