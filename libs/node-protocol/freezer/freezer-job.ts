import { examine, invalid, z, type Examined } from '#kernel';
import { jobSpec, type JobActionSpec, type JobSpec } from '../resources/job-document.js';
import { FREEZER_SCHEDULE_KEYS, freezerSchedule, scheduleOfFreezer } from './freezer-schedule.js';

const loose = z.record(z.string(), z.unknown());

/** One of Freezer's `job_actions`. Keys that it does not know are let pass, as Freezer does. */
export const freezerJobAction = z.looseObject({
  action_id: z.string().nullish(),
  freezer_action: loose.optional(),
  max_retries: z.int().nullish(),
  max_retries_interval: z.int().nullish(),
  mandatory: z.boolean().nullish(),
});
export type FreezerJobAction = z.infer<typeof freezerJobAction>;

/** Freezer's job, as its API takes it and as people keep it in files. */
export const freezerJob = z.strictObject({
  job_id: z.string().nullish(),
  client_id: z.string().nullish(),
  description: z.string().nullish(),
  job_actions: z.array(freezerJobAction),
  job_schedule: freezerSchedule.nullish(),
  action_defaults: loose.nullish(),
  session_id: z.string().nullish(),
  session_tag: z.int().nullish(),
  // Who made it and which release of it this is: the API knows that itself.
  session_name: z.unknown().optional(),
  user_id: z.unknown().optional(),
  project_id: z.unknown().optional(),
  user_credentials: z.unknown().optional(),
  _version: z.unknown().optional(),
});
export type FreezerJob = z.infer<typeof freezerJob>;

/** Whether somebody wrote this document for Freezer, well or badly. */
export function looksLikeFreezerJob(document: unknown): boolean {
  if (typeof document !== 'object' || document === null) return false;
  return ['job_actions', 'job_schedule', 'job_id', 'client_id'].some((key) => Object.hasOwn(document, key));
}

/**
 * A job document of Freezer as one of ours. `clientId` stands in where the document names no client. Rejects with
 * `input.invalid`; its problems have the paths of Freezer's document.
 */
export function jobSpecOfFreezer(document: unknown, clientId?: string): JobSpec {
  const { value, problems } = examineFreezerJob(document, clientId);
  if (problems.length > 0 || !value) throw invalid('job document', problems);
  return value;
}

/** As {@link jobSpecOfFreezer}, with everything that is wrong, and what is left without it. */
export function examineFreezerJob(document: unknown, clientId?: string): Examined<JobSpec> {
  const { value: job, problems: first } = examine(freezerJob, document);
  if (!job) return { value: undefined, problems: first };
  const spec = {
    ...known('id', job.job_id),
    clientId: job.client_id ?? clientId,
    ...known('description', job.description),
    actions: job.job_actions.map((action) => actionOfFreezer(action, job.action_defaults ?? {})),
    schedule: scheduleOfFreezer(job.job_schedule),
    ...known('sessionId', job.session_id),
    ...known('sessionTag', job.session_tag),
  };
  const { value, problems } = examine(jobSpec, spec);
  // Told in the words of the document that its writer has before them.
  const told = problems.map(({ path, message }) => ({ path: freezerPath(path), message }));
  return { value, problems: [...first, ...told] };
}

/** One of Freezer's job actions as one of ours; `defaults` fill in what its settings leave out. */
export function actionOfFreezer(
  action: FreezerJobAction,
  defaults: Readonly<Record<string, unknown>> = {},
): JobActionSpec {
  const settings = Object.fromEntries(
    Object.entries({ ...defaults, ...withoutNulls(action.freezer_action ?? {}) }).filter(isSet),
  );
  const named = action.freezer_action !== undefined || Object.keys(settings).length > 0;
  return {
    ...known('id', action.action_id),
    ...(named && { settings }),
    ...known('maxRetries', action.max_retries),
    ...known('maxRetriesInterval', action.max_retries_interval),
    ...known('mandatory', action.mandatory),
  };
}

/** The place in Freezer's document of a place in ours: `actions.0.settings.mode` is `job_actions.0.freezer_action.mode`. */
export function freezerPath(path: string): string {
  const [first = '', ...rest] = path.split('.');
  if (first === 'schedule') return ['job_schedule', ...rest.map(freezerScheduleKey)].join('.');
  if (first === 'actions') {
    const [place, key, ...deeper] = rest;
    const action = key === undefined ? [] : [ACTION_KEYS[key] ?? key];
    return ['job_actions', ...(place === undefined ? [] : [place]), ...action, ...deeper].join('.');
  }
  return [JOB_KEYS[first] ?? first, ...rest].join('.');
}

const JOB_KEYS: Readonly<Record<string, string>> = {
  id: 'job_id',
  clientId: 'client_id',
  sessionId: 'session_id',
  sessionTag: 'session_tag',
};
const ACTION_KEYS: Readonly<Record<string, string>> = {
  id: 'action_id',
  settings: 'freezer_action',
  maxRetries: 'max_retries',
  maxRetriesInterval: 'max_retries_interval',
};

function freezerScheduleKey(key: string): string {
  return Object.entries(FREEZER_SCHEDULE_KEYS).find(([, ours]) => ours === key)?.[0] ?? key;
}

/** Freezer writes what is not set as null or as an empty text. */
function known<Key extends string, Value>(key: Key, value: Value | null | undefined): { [K in Key]?: Value } {
  return value === null || value === undefined || value === ''
    ? {}
    : ({ [key]: value } as { [K in Key]?: Value });
}

function withoutNulls(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(settings).filter(isSet));
}

function isSet([, value]: readonly [string, unknown]): boolean {
  return value !== null && value !== undefined;
}
