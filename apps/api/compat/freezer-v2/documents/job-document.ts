import { sameDocument, type Job } from '#domain';
import type { JobWithActions } from '#control';
import { parse, z } from '#kernel';
import {
  actionOfFreezer,
  freezerJob as jobRequest,
  freezerScheduleOf,
  jobPatch,
  scheduleOfFreezer,
  type JobPatch,
} from '#node-protocol';
import { freezerAction, freezerActionOf } from './action-document.js';
import { freezerStateOf } from './job-state.js';
import { withoutNulls } from './without-nulls.js';

export const freezerJobRequest = jobRequest.meta({ id: 'FreezerJobRequest' });
export const freezerJobPatch = jobRequest.partial().meta({ id: 'FreezerJobPatch' });
export type FreezerJobPatch = z.infer<typeof freezerJobPatch>;

export const freezerJob = z
  .object({
    job_id: z.string(),
    project_id: z.string(),
    user_id: z.string(),
    client_id: z.string(),
    description: z.string(),
    session_id: z.string(),
    session_tag: z.int(),
    job_schedule: z.record(z.string(), z.union([z.string(), z.int()])),
    job_actions: z.array(freezerAction),
  })
  .meta({ id: 'FreezerJob' });
export type FreezerJob = z.infer<typeof freezerJob>;

export function freezerJobOf({ job, actions }: JobWithActions): FreezerJob {
  return {
    job_id: job.id,
    project_id: job.project,
    user_id: job.userId,
    client_id: job.clientId,
    description: job.description,
    session_id: job.sessionId ?? '',
    session_tag: job.sessionTag,
    job_schedule: { ...freezerScheduleOf(job.schedule), ...freezerStateOf(job) },
    job_actions: actions.map(freezerActionOf),
  };
}

/**
 * What a partial document changes of a job; `undefined` when it says nothing new, as a scheduler's report of a state does.
 * Rejects with `input.invalid`.
 */
export function jobPatchOf(document: FreezerJobPatch, job: Job): JobPatch | undefined {
  const { job_actions: actions, job_schedule: schedule, action_defaults: defaults } = document;
  const { timezone } = job.schedule;
  const wish = withoutNulls({
    clientId: document.client_id,
    description: document.description,
    actions: actions?.map((action) => actionOfFreezer(action, defaults ?? {})),
    // Freezer has no word for a time zone: the one that is there stays.
    schedule: schedule && { ...scheduleOfFreezer(schedule), ...(timezone !== undefined && { timezone }) },
    sessionId: document.session_id || undefined,
    sessionTag: document.session_tag,
  });
  const news = Object.entries(wish).filter(
    ([key, value]) => !sameDocument(value, job[key as keyof typeof wish]),
  );
  return news.length === 0 ? undefined : parse(jobPatch, Object.fromEntries(news), 'job document');
}
