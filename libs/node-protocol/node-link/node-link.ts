import { ATTEMPT_STATES, JOB_EVENTS, RUN_ENDS } from '#domain';
import { z } from '#kernel';
import { bytes, clientIdText, count, idText, moment } from '../fields.js';
import { jobSpec } from '../resources/job-document.js';
import { capabilitiesRequest } from '../resources/requests.js';
import { clientView, jobView, runView } from '../resources/views.js';

// What a scheduler and the API say to each other, below /api/v1/node. Every request may be sent again: the answer is
// the same and nothing happens twice.

/** PUT /node/client: who the scheduler is. */
export const registerRequest = z.strictObject({
  clientId: clientIdText,
  hostname: z.string().min(1).max(255),
  capabilities: capabilitiesRequest,
  timezone: z.string().max(64),
  program: z.string().max(64),
});
/** `leaseMs`: how long a run lives without heartbeats. */
export const registerReply = z.object({ client: clientView, leaseMs: z.int(), now: z.iso.datetime() });

/** GET /node/jobs?clientId=: everything a scheduler must know, with runs of its client that are to be cancelled. */
export const pollReply = z.object({
  now: z.iso.datetime(),
  jobs: z.array(jobView),
  cancel: z.array(z.string()),
});

/** PUT /node/job-files/{file}: a job as a file of the client says it. The job's id comes from client and file name. */
export const jobFileRequest = z.strictObject({
  clientId: clientIdText,
  digest: z.string().max(128),
  job: jobSpec,
  problems: z
    .array(z.strictObject({ path: z.string().max(1000), message: z.string().max(10_000) }))
    .max(1000)
    .optional()
    .describe(
      'what is known to be wrong with the file; then the job is refused, with all that is wrong besides',
    ),
});
/** DELETE /node/job-files/{file}?clientId=: the file is gone; its job is stopped, its runs and backups stay. */
export const jobFileGoneReply = z.object({ stopped: z.boolean() });

/** POST /node/jobs/{id}/acknowledgements: the scheduler has taken note of the job, and of the event it carried. */
export const acknowledgeRequest = z.strictObject({
  clientId: clientIdText,
  event: z.enum(JOB_EVENTS).optional(),
  activation: count,
  running: z.boolean(),
});

/** POST /node/claims */
export const claimRequest = z.strictObject({
  clientId: clientIdText,
  jobId: idText,
  jobRevision: count,
  occurrence: z.string().min(1).max(100),
  dueAt: moment,
  holder: idText,
  claimId: idText,
});
/** The job as it is now: what it says is done, also when it has changed since the poll. */
export const claimReply = z.object({
  run: runView,
  job: jobView,
  leaseMs: z.int(),
  storages: z
    .array(z.string())
    .optional()
    .describe('ids of the actions that name storages of the API; they are asked for before each attempt'),
});

const attempt = z.strictObject({
  action: count,
  does: z.string().max(64),
  attempt: count,
  state: z.enum(ATTEMPT_STATES),
  startedAt: moment,
  endedAt: moment.optional(),
  exitCode: z.int().optional(),
  steps: z.array(z.strictObject({ id: z.string(), state: z.string(), ms: z.number().optional() })).max(200),
  failure: z
    .strictObject({ code: z.string(), message: z.string().max(10_000), hint: z.string().optional() })
    .optional(),
  facts: z.record(z.string(), z.unknown()).optional(),
});

/** POST /node/runs/{id}/heartbeats */
export const heartbeatRequest = z.strictObject({
  fence: count,
  startedAt: moment.optional(),
  progress: z
    .strictObject({
      action: count,
      attempt: count,
      step: z.string().max(200).optional(),
      bytes,
      totalBytes: bytes.optional(),
      files: count.optional(),
    })
    .optional(),
  attempts: z.array(attempt).max(1000).optional(),
});
export const heartbeatReply = z.object({ leaseUntil: z.iso.datetime(), cancel: z.boolean() });

/** PUT /node/runs/{id}/report: how it ended, with the backups it made. */
export const reportRequest = z.strictObject({
  fence: count,
  state: z.enum(RUN_ENDS),
  startedAt: moment.optional(),
  endedAt: moment,
  exitCode: z.int().optional(),
  failure: z
    .strictObject({ code: z.string(), message: z.string().max(10_000), hint: z.string().optional() })
    .optional(),
  attempts: z.array(attempt).max(1000),
  bytesRead: bytes,
  bytesStored: bytes,
  /** Whether the job's schedule has anything to come. */
  more: z.boolean(),
  backups: z.array(z.record(z.string(), z.unknown())).max(1000),
});
export const reportReply = z.object({ run: runView });

export type RegisterRequest = z.infer<typeof registerRequest>;
export type RegisterReply = z.infer<typeof registerReply>;
export type PollReply = z.infer<typeof pollReply>;
export type JobFileRequest = z.infer<typeof jobFileRequest>;
export type AcknowledgeRequest = z.infer<typeof acknowledgeRequest>;
/** As parsed: moments are Dates. On the wire they are text: `z.input` of the schema. */
export type ClaimRequest = z.infer<typeof claimRequest>;
export type ClaimReply = z.infer<typeof claimReply>;
export type HeartbeatRequest = z.infer<typeof heartbeatRequest>;
export type HeartbeatReply = z.infer<typeof heartbeatReply>;
export type ReportRequest = z.infer<typeof reportRequest>;
export type ReportReply = z.infer<typeof reportReply>;
