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
export { composeStorage, type StorageOptions } from './compose-storage.js';
export { limitedStorage } from './limited-storage.js';
export { loggedStorage } from './logged-storage.js';
export { assertKey, assertPrefix } from './object-key.js';
export type { RetryOptions } from './patience.js';
export { readAll } from './read-all.js';
export { readOnlyStorage } from './read-only-storage.js';
export { retryingStorage } from './retrying-storage.js';
export { defineStorageDriver, type StorageDriverSpec } from './storage-driver.js';
export { throttledStorage, type ThrottleOptions } from './throttled-storage.js';
