import type { StorageBackend, StorageProperties } from '../storage-backend.js';

/** What copies can do together. Each makes its callers queue for its own connections, so the most of them are offered. */
export function copiedProperties(storages: readonly StorageBackend[]): StorageProperties {
  const all = storages.map(({ properties }) => properties);
  return {
    connections: Math.max(1, ...all.map(({ connections }) => connections)),
    maxObjectSize: Math.min(Number.MAX_SAFE_INTEGER, ...all.map(({ maxObjectSize }) => maxObjectSize)),
    atomicPut: all.every(({ atomicPut }) => atomicPut),
    rangeReads: all.every(({ rangeReads }) => rangeReads),
    place: all.map(({ place }) => place).join(', '),
    directories: all.flatMap(({ directories = [] }) => directories),
  };
}
