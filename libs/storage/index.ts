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
export { composeStorage, type StorageOptions } from './decorators/compose-storage.js';
export { limitedStorage } from './decorators/limited-storage.js';
export { loggedStorage } from './decorators/logged-storage.js';
export { assertKey, assertPrefix } from './object-key.js';
export type { RetryOptions } from './decorators/patience.js';
export { readAll } from './read-all.js';
export { readOnlyStorage } from './decorators/read-only-storage.js';
export { retryingStorage } from './decorators/retrying-storage.js';
export { defineStorageDriver, type StorageDriverSpec } from './storage-driver.js';
export { throttledStorage, type ThrottleOptions } from './decorators/throttled-storage.js';
