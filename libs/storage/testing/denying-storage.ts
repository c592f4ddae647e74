import { Failure } from '#kernel';
import { delegating } from '../decorators/delegating.js';
import type { StorageBackend } from '../storage-backend.js';

/** What a user may not do; without `list` he sees no folders either. */
export type DeniedRight = 'get' | 'head' | 'list' | 'remove';

/** What a client has that may put and nothing else. */
export const ALL_BUT_PUT: readonly DeniedRight[] = ['get', 'head', 'list', 'remove'];

/** A storage that denies what a policy does at the moment. */
export function denyingStorage(inner: StorageBackend, denied: () => readonly DeniedRight[]): StorageBackend {
  const assertAllowed = (right: DeniedRight, key: string): void => {
    if (!denied().includes(right)) return;
    throw new Failure('storage.access-denied', `no right to ${right} "${key}"`, { key });
  };
  async function* listing<T>(prefix: string, items: AsyncIterable<T>): AsyncGenerator<T> {
    assertAllowed('list', prefix);
    yield* items;
  }
  return {
    ...delegating(inner),
    get: async (key, range, signal) => {
      assertAllowed('get', key);
      return inner.get(key, range, signal);
    },
    head: async (key, signal) => {
      assertAllowed('head', key);
      return inner.head(key, signal);
    },
    remove: async (key, signal) => {
      assertAllowed('remove', key);
      return inner.remove(key, signal);
    },
    list: (prefix, signal) => listing(prefix, inner.list(prefix, signal)),
    folders: (prefix, signal) => listing(prefix, inner.folders(prefix, signal)),
  };
}
