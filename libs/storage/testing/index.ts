/**
 * What tests of storages, and tests that need one, start from. A storage kind is a folder plus one line; it is done when
 * {@link describeStorageContract} says so.
 */
export { describeStorageContract, type StorageUnderContract } from './storage-contract.js';
export { ALL_BUT_PUT, denyingStorage, type DeniedRight } from './denying-storage.js';
export { faultyStorage, type FaultyStorage } from './faulty-storage.js';
export type { ScriptedFault } from './scripted-fault.js';
export { memoryStorage } from './memory.js';
export { bytesAt, collected, interruptedBody, keysOf, testBytes, textAt, textBody } from './bodies.js';
export { failsWith } from './failing.js';
export { delegating } from '../decorators/delegating.js';
