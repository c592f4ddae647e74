/** Words every room needs. Imports nothing of Firn. */
export { assertNever, invariant } from './invariant.js';
export { bytesOf, printable, textOf } from './byte-text.js';
export { deadline, monotonicMs, systemClock, type Clock } from './clock.js';
export { exitCodes } from './exit-code.js';
export { httpStatuses, httpStatusOf } from './http-status.js';
export { asFailure, Failure, isFailure, type FailureContext } from './failure.js';
export {
  failureCatalog,
  type FailureCode,
  type FailureKind,
  type FailureRule,
  type Retry,
} from './failure-catalog.js';
export {
  backupId,
  containerId,
  hexId,
  isBackupId,
  isContainerId,
  type ActionId,
  type BackupId,
  type ContainerId,
  type Id,
  type JobId,
  type ProjectId,
  type RecordId,
  type RunId,
  type SessionId,
  type UserId,
} from './ids.js';
export { jsonLogger, silentLogger, type Logger, type LogLevel } from './logger.js';
export { nearest, withNearest } from './nearest.js';
export { invalid, parse, z, type Problem, type Schema } from './schema.js';
export { examine, type Examined } from './examine.js';
