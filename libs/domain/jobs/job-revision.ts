import type { ActionId, SessionId } from '#kernel';
import type { Schedule } from '../schedule/schedule.js';
import { timingOf } from '../schedule/trigger.js';
import type { Job } from './job.js';
import { sameDocument } from './same-document.js';

/** What is wished of a job, whole. */
export interface JobWish {
  readonly clientId: string;
  readonly description: string;
  readonly actions: readonly ActionId[];
  readonly schedule: Schedule;
  readonly sessionId?: SessionId | undefined;
  readonly sessionTag: number;
}

/**
 * The job with another wish. Its revision rises when actions, schedule or client change; `actionsChanged` tells that one
 * of its actions now says something else. An edit never starts a new activation: what has run once does not run again.
 * But a schedule that has changed counts from now, so that an interval begins anew and nothing is due from before.
 */
export function reviseJob(job: Job, wish: JobWish, actionsChanged: boolean, now: Date): Job {
  const rescheduled = !sameDocument(job.schedule, wish.schedule);
  const actsDiffer = actionsChanged || !sameDocument(job.actions, wish.actions);
  const differs = rescheduled || actsDiffer || job.clientId !== wish.clientId;
  const repeats = rescheduled && !(isOneShot(job.schedule) && isOneShot(wish.schedule));
  return {
    ...job,
    ...wish,
    activation: repeats ? { ...job.activation, at: now } : job.activation,
    revision: differs ? job.revision + 1 : job.revision,
    updatedAt: now,
  };
}

/**
 * The job after its schedule was given, or given anew, or after it goes on; `more` tells whether that has anything to come. A completed job
 * whose schedule has is `new` again, unless it is one that runs once and has done so. One that waited for nothing is
 * completed. What was stopped stays so until it is started.
 */
export function withOutlook(job: Job, more: boolean, before: Job | undefined): Job {
  if (before && before.status === job.status && sameDocument(before.schedule, job.schedule)) return job;
  const done = before && isOneShot(before.schedule) && isOneShot(job.schedule);
  if (job.status === 'completed') return more && !done ? { ...job, status: 'new' } : job;
  return more ? job : withNothingToCome(job);
}

/** The job when its schedule has nothing to come: it is completed, unless it runs, was stopped or is to be started. */
export function withNothingToCome(job: Job): Job {
  const waits = job.status === 'new' || job.status === 'scheduled';
  return waits && job.event === undefined ? { ...job, status: 'completed' } : job;
}

/** Whether the schedule has no trigger: it runs once for each activation. Rejects what cannot be read with `input.invalid`. */
export function isOneShot(schedule: Schedule): boolean {
  return timingOf(schedule).trigger.kind === 'once';
}
