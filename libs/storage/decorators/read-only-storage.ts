import { Failure } from '#kernel';
import { delegating } from './delegating.js';
import type { StorageBackend } from '../storage-backend.js';

/** The same storage, in which `put` and `remove` reject with `storage.read-only` and reach nothing. */
export function readOnlyStorage(inner: StorageBackend): StorageBackend {
  const refuse = async (act: string, key: string): Promise<never> => {
    throw new Failure(
      'storage.read-only',
      `cannot ${act} object "${key}": the storage was opened for reading`,
      { key },
    );
  };
  return { ...delegating(inner), put: (key) => refuse('put', key), remove: (key) => refuse('remove', key) };
}
