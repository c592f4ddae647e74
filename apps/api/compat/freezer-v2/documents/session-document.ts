import type { Session } from '#domain';
import { parse, z } from '#kernel';
import {
  freezerSchedule,
  freezerScheduleOf,
  scheduleOfFreezer,
  sessionPatch,
  sessionRequest,
  type SessionPatch,
  type SessionRequest,
} from '#node-protocol';
import { epoch } from './epoch.js';
import { withoutNulls } from './without-nulls.js';

/** What makes or changes a session. What the API keeps by itself may stand there, and is passed over. */
export const freezerSessionRequest = z
  .looseObject({
    description: z.string().nullish(),
    schedule: freezerSchedule.nullish(),
    hold_off: z.int().nullish(),
  })
  .meta({ id: 'FreezerSessionRequest' });
export type FreezerSessionRequest = z.infer<typeof freezerSessionRequest>;

const seconds = z.int();
export const freezerSession = z
  .object({
    project_id: z.string(),
    session_id: z.string(),
    user_id: z.string(),
    description: z.string(),
    session_tag: z.int(),
    hold_off: z.int(),
    status: z.string(),
    result: z.string(),
    ...{ time_start: seconds, time_end: seconds, time_started: seconds, time_ended: seconds },
    schedule: z.record(z.string(), z.string()),
    jobs: z
      .record(
        z.string(),
        z.object({
          client_id: z.string(),
          status: z.string(),
          result: z.string(),
          ...{ time_started: seconds, time_ended: seconds },
        }),
      )
      .optional(),
  })
  .meta({ id: 'FreezerSession' });
export type FreezerSession = z.infer<typeof freezerSession>;

export function freezerSessionOf(session: Session): FreezerSession {
  const jobs = Object.entries(session.jobs).map(([id, job]) => [
    id,
    {
      client_id: job.clientId,
      status: job.status,
      result: job.result,
      time_started: epoch(job.startedAt),
      time_ended: epoch(job.endedAt),
    },
  ]);
  const [started, ended] = [epoch(session.startedAt), epoch(session.endedAt)];
  return {
    project_id: session.project,
    session_id: session.id,
    user_id: session.userId,
    description: session.description,
    session_tag: session.tag,
    hold_off: session.holdOff,
    status: session.status,
    result: session.result,
    ...{ time_start: started, time_end: ended, time_started: started, time_ended: ended },
    schedule: freezerScheduleOf(session.schedule),
    ...(jobs.length > 0 && { jobs: Object.fromEntries(jobs) as FreezerSession['jobs'] }),
  };
}

/** Rejects with `input.invalid`. */
export function sessionRequestOf(document: FreezerSessionRequest): SessionRequest {
  return parse(sessionRequest, wishOf(document), 'session document');
}

/** Rejects with `input.invalid`. */
export function sessionPatchOf(document: FreezerSessionRequest): SessionPatch {
  return parse(sessionPatch, wishOf(document), 'session document');
}

function wishOf({ description, schedule, hold_off: holdOff }: FreezerSessionRequest): SessionPatch {
  return withoutNulls({ description, schedule: schedule && scheduleOfFreezer(schedule), holdOff });
}
