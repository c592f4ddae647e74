import { z } from '#kernel';
import { clientIdText, count, idText } from '../fields.js';

/** When a job runs; the rules are those of `#domain` (`scheduleProblems`). */
export const scheduleDocument = z
  .strictObject({
    date: z
      .string()
      .optional()
      .describe('once, at 2026-11-21T02:00:00; local to timezone unless it has an offset'),
    interval: z
      .string()
      .optional()
      .describe('"continuous", or a number and weeks, days, hours, minutes or seconds'),
    startDate: z.string().optional(),
    endDate: z.string().optional(),
    year: z.string().optional(),
    month: z.string().optional(),
    day: z.string().optional(),
    week: z.string().optional(),
    dayOfWeek: z.string().optional(),
    hour: z.string().optional(),
    minute: z.string().optional(),
    second: z.string().optional(),
    timezone: z.string().optional().describe('IANA name; that of the client when it is missing'),
  })
  .meta({ id: 'Schedule' });

/** Options of firn-agent by name. They are checked against the agent's own table, not here. */
export const actionSettings = z
  .record(z.string(), z.unknown())
  .describe('options of firn-agent; "action" says what to do')
  .meta({ id: 'ActionSettings' });

export const actionSpec = z
  .strictObject({
    id: idText.optional(),
    settings: actionSettings,
    maxRetries: count.max(1000).optional(),
    maxRetriesInterval: count.max(86_400).optional().describe('seconds'),
    mandatory: z.boolean().optional(),
  })
  .meta({ id: 'ActionSpec' });

/** A job in a list of its actions: written out, or by the id of one that is there. */
export const jobActionSpec = actionSpec
  .partial({ settings: true })
  .refine(
    (action) => action.settings !== undefined || action.id !== undefined,
    'needs settings, or the id of an action',
  )
  .meta({ id: 'JobActionSpec' });

/** What a person writes to make a job; also what a job file holds. */
export const jobSpec = z
  .strictObject({
    id: idText.optional(),
    clientId: clientIdText,
    description: z.string().max(1000).optional(),
    actions: z.array(jobActionSpec).min(1).max(100),
    schedule: scheduleDocument.optional(),
    sessionId: idText.optional(),
    sessionTag: count.optional(),
  })
  .meta({ id: 'JobSpec' });

/** Changes of a job: what is missing stays as it is. */
export const jobPatch = jobSpec.omit({ id: true }).partial().meta({ id: 'JobPatch' });

export type ScheduleDocument = z.infer<typeof scheduleDocument>;
export type ActionSpec = z.infer<typeof actionSpec>;
export type JobActionSpec = z.infer<typeof jobActionSpec>;
export type JobSpec = z.infer<typeof jobSpec>;
export type JobPatch = z.infer<typeof jobPatch>;
