import type { StorageBackend } from '../storage-backend.js';

/** Every call handed on to `inner`: what a decorator starts from. */
export function delegating(inner: StorageBackend): StorageBackend {
  return {
    properties: inner.properties,
    put: (key, body, signal) => inner.put(key, body, signal),
    get: (key, range, signal) => inner.get(key, range, signal),
    head: (key, signal) => inner.head(key, signal),
    list: (prefix, signal) => inner.list(prefix, signal),
    folders: (prefix, signal) => inner.folders(prefix, signal),
    remove: (key, signal) => inner.remove(key, signal),
    close: () => inner.close(),
  };
}
