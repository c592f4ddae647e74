import {
  ATTEMPT_STATES,
  BACKUP_STATUSES,
  JOB_EVENTS,
  JOB_RESULTS,
  JOB_STATUSES,
  ROLES,
  RUN_STATES,
} from '#domain';
import { z } from '#kernel';
import { scheduleDocument } from './job-document.js';

// What the API answers. Moments stay text here: these are documents, shown and passed on.
const time = z.iso.datetime();

export const capabilitiesView = z.object({
  actions: z.array(z.string()),
  modes: z.array(z.string()),
  storages: z.array(z.string()),
  engines: z.array(z.string()),
});

export const clientView = z
  .object({
    id: z.string(),
    project: z.string(),
    clientId: z.string(),
    hostname: z.string(),
    description: z.string(),
    capabilities: capabilitiesView,
    central: z.boolean(),
    timezone: z.string().optional(),
    program: z.string().optional(),
    seenAt: time.optional(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Client' });

export const actionView = z
  .object({
    id: z.string(),
    project: z.string(),
    settings: z.record(z.string(), z.unknown()),
    maxRetries: z.int(),
    maxRetriesInterval: z.int(),
    mandatory: z.boolean(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Action' });

export const jobView = z
  .object({
    id: z.string(),
    project: z.string(),
    clientId: z.string(),
    description: z.string(),
    actions: z.array(actionView),
    schedule: scheduleDocument,
    /** In words, and when next; missing when nothing is to come. */
    runs: z.string(),
    nextAt: time.optional(),
    origin: z.union([
      z.object({ kind: z.literal('api') }),
      z.object({ kind: z.literal('file'), file: z.string(), digest: z.string() }),
    ]),
    activation: z.object({ count: z.int(), at: time }),
    event: z.enum(JOB_EVENTS).optional(),
    status: z.enum(JOB_STATUSES),
    result: z.enum(JOB_RESULTS).optional(),
    startedAt: time.optional(),
    endedAt: time.optional(),
    sessionId: z.string().optional(),
    sessionTag: z.int(),
    revision: z.int(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Job' });

export const runFailureView = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});

export const attemptView = z.object({
  action: z.int(),
  does: z.string(),
  attempt: z.int(),
  state: z.enum(ATTEMPT_STATES),
  startedAt: time,
  endedAt: time.optional(),
  exitCode: z.int().optional(),
  steps: z.array(z.object({ id: z.string(), state: z.string(), ms: z.number().optional() })),
  failure: runFailureView.optional(),
  facts: z.record(z.string(), z.unknown()).optional(),
});

export const progressView = z.object({
  action: z.int(),
  attempt: z.int(),
  step: z.string().optional(),
  bytes: z.number(),
  totalBytes: z.number().optional(),
  files: z.number().optional(),
});

export const runView = z
  .object({
    id: z.string(),
    project: z.string(),
    jobId: z.string(),
    clientId: z.string(),
    occurrence: z.string(),
    dueAt: time,
    jobRevision: z.int(),
    state: z.enum(RUN_STATES),
    fence: z.int(),
    leaseUntil: time,
    claimedAt: time,
    startedAt: time.optional(),
    endedAt: time.optional(),
    heartbeatAt: time.optional(),
    attempts: z.array(attemptView),
    progress: progressView.optional(),
    cancelRequestedAt: time.optional(),
    cancelRequestedBy: z.string().optional(),
    exitCode: z.int().optional(),
    failure: runFailureView.optional(),
    bytesRead: z.number(),
    bytesStored: z.number(),
    wasLost: z.boolean(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Run' });

export const backupView = z
  .object({
    id: z.string(),
    project: z.string(),
    clientId: z.string().optional(),
    jobId: z.string().optional(),
    runId: z.string().optional(),
    status: z.enum(BACKUP_STATUSES),
    /** The id in the storage, which `firn-agent list` shows. */
    storedId: z.string().optional(),
    backupName: z.string().optional(),
    hostname: z.string().optional(),
    container: z.string().optional(),
    storage: z.string().optional(),
    level: z.int().optional(),
    metadata: z.record(z.string(), z.unknown()),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Backup' });

export const sessionView = z
  .object({
    id: z.string(),
    project: z.string(),
    description: z.string(),
    schedule: scheduleDocument,
    jobs: z.record(
      z.string(),
      z.object({
        clientId: z.string(),
        status: z.string(),
        result: z.string(),
        startedAt: time.optional(),
        endedAt: time.optional(),
      }),
    ),
    tag: z.int(),
    holdOff: z.int(),
    status: z.string(),
    result: z.string(),
    startedAt: time.optional(),
    endedAt: time.optional(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Session' });

export const userView = z
  .object({
    id: z.string(),
    name: z.string(),
    project: z.string(),
    roles: z.array(z.enum(ROLES)),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'User' });

export type ClientView = z.infer<typeof clientView>;
export type ActionView = z.infer<typeof actionView>;
export type JobView = z.infer<typeof jobView>;
export type RunView = z.infer<typeof runView>;
export type BackupView = z.infer<typeof backupView>;
export type SessionView = z.infer<typeof sessionView>;
export type UserView = z.infer<typeof userView>;

/** A list as the API answers it. */
export function pageOf<Item>(item: z.ZodType<Item>) {
  return z.object({ items: z.array(item), total: z.int(), offset: z.int(), limit: z.int() });
}

export interface PageView<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
}
