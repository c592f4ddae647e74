/**
 * Places that keep named objects: the port, and what is the same around every one of them. A kind of storage is a folder
 * in `drivers/` plus one line in `drivers/index.ts`.
 */
export type {
  ByteRange,
  ObjectInfo,
  ObjectKey,
  RewindableBody,
  StorageBackend,
  StorageDriver,
  StorageProperties,
} from './storage-backend.js';
export { bodyOf, fileBody } from './body.js';
export { bandwidthOf, type Bandwidth, type BandwidthLimits } from './decorators/bandwidth.js';
export {
  checkStorage,
  type CheckOptions,
  type FindingCode,
  type RightResult,
  type StorageCheck,
  type StorageFinding,
  type StorageRight,
} from './check/check-storage.js';
export { composeStorage, type StorageOptions } from './decorators/compose-storage.js';
export { copiesOf, type CopiedStorage, type CopiesOptions } from './copies/copied-storage.js';
export type { CopyMember, CopyState, OpenCopy } from './copies/copy-member.js';
export {
  copyObjects,
  type CopyCounts,
  type CopyObjectsOptions,
  type CopyProgress,
} from './copies/copy-objects.js';
export type { LaggardRule } from './copies/put-on-all.js';
export { limitedStorage } from './decorators/limited-storage.js';
export { loggedStorage } from './decorators/logged-storage.js';
export { assertKey, assertPrefix } from './object-key.js';
export type { Retry, RetryListener, RetryOptions } from './decorators/patience.js';
export { readAll } from './read-all.js';
export { readOnlyStorage } from './decorators/read-only-storage.js';
export { rememberingStorage, type MemoryOptions } from './decorators/remembering-storage.js';
export { retryingStorage } from './decorators/retrying-storage.js';
export { stallGuardedStorage } from './decorators/stall-guarded-storage.js';
export type { StallOptions } from './decorators/stall-watch.js';
export { defineStorageDriver, type StorageDriverSpec } from './storage-driver.js';
export { settingsOf, type SettingDescription } from './settings/setting-description.js';
export { driverAt, storageConfig, type StorageConfig, type StorageWish } from './settings/storage-config.js';
export { throttledStorage, type ThrottleOptions } from './decorators/throttled-storage.js';
