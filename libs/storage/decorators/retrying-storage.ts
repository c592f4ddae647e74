import { isFailure } from '#kernel';
import { delegating } from './delegating.js';
import { holdsAlready } from './holds-already.js';
import { patiently, type RetryOptions } from './patience.js';
import { resumingStream } from './resuming-stream.js';
import type { StorageBackend } from '../storage-backend.js';

/**
 * The same storage, in which a call that failed for a passing reason (`storage.unavailable`, `storage.timeout`) is made
 * again, after a wait that doubles and is never shorter than the server asked for (`retryAfterMs` of the failure), until
 * it succeeds or attempts or time run out. A body that breaks while it is read goes on at the byte reached when the
 * storage can read ranges. What is thrown in the end is the last failure, with `attempts`.
 */
export function retryingStorage(inner: StorageBackend, options: RetryOptions): StorageBackend {
  return {
    ...delegating(inner),
    put: (key, body, signal) =>
      patiently(options, { call: 'put', key }, signal, async (patience) => {
        try {
          await inner.put(key, body, signal);
        } catch (error) {
          // An earlier try may have stored the object and lost only the answer.
          const isOurs = patience.isTried && isFailure(error, 'storage.object-exists');
          if (!isOurs || !(await holdsAlready(inner, key, body, signal))) throw error;
        }
      }),
    get: async (key, range, signal) => {
      const open = () => inner.get(key, range, signal);
      const stream = await patiently(options, { call: 'get', key }, signal, open);
      return inner.properties.rangeReads
        ? resumingStream(inner, key, range, stream, options, signal)
        : stream;
    },
    head: (key, signal) => patiently(options, { call: 'head', key }, signal, () => inner.head(key, signal)),
    list: (prefix, signal) =>
      begunPatiently(options, { call: 'list', prefix }, signal, () => inner.list(prefix, signal)),
    folders: (prefix, signal) =>
      begunPatiently(options, { call: 'folders', prefix }, signal, () => inner.folders(prefix, signal)),
    remove: (key, signal) =>
      patiently(options, { call: 'remove', key }, signal, () => inner.remove(key, signal)),
  };
}

/** A listing that has begun to yield cannot be begun again without yielding twice, so only its begin is retried. */
async function* begunPatiently<T>(
  options: RetryOptions,
  call: object,
  signal: AbortSignal | undefined,
  open: () => AsyncIterable<T>,
): AsyncGenerator<T> {
  const { iterator, first } = await patiently(options, call, signal, async () => {
    const begun = open()[Symbol.asyncIterator]();
    return { iterator: begun, first: await begun.next() };
  });
  try {
    for (let step = first; !step.done; step = await iterator.next()) yield step.value;
  } finally {
    await iterator.return?.();
  }
}
