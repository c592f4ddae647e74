import type { Readable } from 'node:stream';
import { invariant } from '#kernel';
import { delegating } from './delegating.js';
import { Slots } from './slots.js';
import type { StorageBackend } from '../storage-backend.js';

/**
 * At most `connections` calls at a time; others wait in the order they came. A get counts until its stream is done or
 * destroyed. A listing counts only while it fetches, so whoever works on each object of a listing cannot lock himself
 * out.
 */
export function limitedStorage(inner: StorageBackend, connections: number): StorageBackend {
  invariant(Number.isInteger(connections) && connections > 0, `${connections} connections`);
  const slots = new Slots(connections);
  return {
    ...delegating(inner),
    properties: { ...inner.properties, connections: Math.min(connections, inner.properties.connections) },
    put: (key, body, signal) => slots.run(() => inner.put(key, body, signal), signal),
    get: async (key, range, signal) => {
      const release = await slots.take(signal);
      return heldUntilDone(release, () => inner.get(key, range, signal));
    },
    head: (key, signal) => slots.run(() => inner.head(key, signal), signal),
    list: (prefix, signal) => fetching(slots, inner.list(prefix, signal), signal),
    folders: (prefix, signal) => fetching(slots, inner.folders(prefix, signal), signal),
    remove: (key, signal) => slots.run(() => inner.remove(key, signal), signal),
  };
}

async function heldUntilDone(release: () => void, open: () => Promise<Readable>): Promise<Readable> {
  try {
    const stream = await open();
    stream.once('close', release);
    if (stream.closed) release();
    return stream;
  } catch (error) {
    release();
    throw error;
  }
}

async function* fetching<T>(
  slots: Slots,
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await slots.run(() => iterator.next(), signal);
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}
