/** What a backup system is: values and decisions, no input or output. */
export type { Backup } from './backup.js';
export { ENTRY_TYPES, type Entry, type EntryType, type Listed, type Notice } from './entry.js';
export { entryLine, entryOfLine, type EntryLines } from './entry-line.js';
export { EntryTally, type EntryTotals } from './entry-totals.js';
export { baseFor, type LevelDecision } from './level.js';
export { levelPolicyProblems, type LevelPolicy } from './level-policy.js';
export {
  chooseRestorePoint,
  restorePointOf,
  restorePoints,
  type ListedRestorePoint,
  type RestorePoint,
  type RestorePointWish,
} from './restore-point.js';
export type { CalendarSpan } from './calendar-span.js';
export { planRetention, type HeldBackups, type RetentionPlan, type RetentionVerdict } from './retention.js';
export {
  KEPT_PERIODS,
  removesAnything,
  retentionPolicyProblems,
  type KeptPeriod,
  type RetentionPolicy,
} from './retention-policy.js';
export {
  mayDo,
  PERMISSIONS,
  requirePermission,
  ROLES,
  type Actor,
  type Permission,
  type Role,
  type User,
} from './access/access.js';
export { BACKUP_STATUSES, type BackupRecord, type BackupStatus } from './backups/backup-record.js';
export { capabilityGaps, type Capabilities, type CapabilityGap, type Client } from './clients/client.js';
export { RETRY_DEFAULTS, type Action, type ActionSettings } from './jobs/action.js';
export {
  JOB_EVENTS,
  JOB_RESULTS,
  JOB_STATUSES,
  type Activation,
  type Job,
  type JobEvent,
  type JobOrigin,
  type JobResult,
  type JobStatus,
} from './jobs/job.js';
export {
  acknowledgeEvent,
  isLive,
  jobAfterRun,
  jobRuns,
  jobRunsOn,
  requestEvent,
  type EventReply,
} from './jobs/job-life.js';
export { hasFile, withFile, withoutFile } from './jobs/job-file.js';
export { checkOccurrence } from './jobs/job-occurrence.js';
export { isOneShot, reviseJob, withNothingToCome, withOutlook, type JobWish } from './jobs/job-revision.js';
export { sameDocument } from './jobs/same-document.js';
export type { Session, SessionJob } from './jobs/session.js';
export { checkFence, claimRun, type Claim } from './runs/claim.js';
export { beat, giveUp, requestCancel, settle, type Heartbeat, type RunReport } from './runs/run-life.js';
export {
  checkTransition,
  hasEnded,
  isActive,
  RUN_ENDS,
  RUN_RESULTS,
  RUN_STATES,
  RUN_TRANSITIONS,
  type RunEnd,
  type RunState,
} from './runs/run-states.js';
export {
  ATTEMPT_STATES,
  type Attempt,
  type AttemptState,
  type Run,
  type RunFailure,
  type RunProgress,
  type RunStep,
} from './runs/run.js';
export type { EndpointId, EndpointSecret, FileEndpoint, SealedText } from './storages/file-endpoint.js';
export { describeSchedule } from './schedule/describe-schedule.js';
export { latestDue, nextOccurrence } from './schedule/occurrence.js';
export type { Due, Occurrence, Schedule } from './schedule/schedule.js';
export { scheduleProblems } from './schedule/schedule-problems.js';
export { MISFIRE_GRACE_MS } from './schedule/series.js';
