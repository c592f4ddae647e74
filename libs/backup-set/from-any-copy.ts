import { isFailure } from '#kernel';
import type { StorageBackend } from '#storage';

/**
 * What `read` makes of the storage; when it finds damage there, of each copy by itself until one is whole. Rejects with
 * what was wrong first when none is.
 */
export async function fromAnyCopy<T>(
  storage: StorageBackend,
  read: (storage: StorageBackend) => Promise<T>,
): Promise<T> {
  try {
    return await read(storage);
  } catch (error) {
    if (!isDamage(error)) throw error;
    for (const copy of storage.alternatives?.() ?? []) {
      try {
        return await read(copy.storage);
      } catch (second) {
        // One that does not answer is no reason to leave out the next.
        if (!isFailure(second)) throw second;
      }
    }
    throw error;
  }
}

/** What another copy may have whole. */
export function isDamage(error: unknown): boolean {
  if (!isFailure(error)) return false;
  return error.kind === 'corrupt' || ELSEWHERE.has(error.code);
}

const ELSEWHERE: ReadonlySet<string> = new Set([
  'storage.object-missing',
  'storage.range-invalid',
  'codec.failed',
]);
