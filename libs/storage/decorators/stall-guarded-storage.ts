import type { Readable } from 'node:stream';
import { untilAborted } from '../abortable.js';
import type { ByteRange, ObjectKey, RewindableBody, StorageBackend } from '../storage-backend.js';
import { delegating } from './delegating.js';
import { relay } from './relay.js';
import { StallWatch, type StallOptions } from './stall-watch.js';

/**
 * The same storage, in which a call that stalls is ended with `storage.timeout`: a put that pulls no more of its body, a
 * stream that gives nothing to a reader who asks, any other call that is not answered. Time in which a body is awaited,
 * or in which nobody asks, does not count. Must be closer to the driver than what makes calls wait on purpose.
 */
export function stallGuardedStorage(inner: StorageBackend, options: StallOptions): StorageBackend {
  const { place } = inner.properties;
  const watch = (call: string, what: string, signal: AbortSignal | undefined) =>
    new StallWatch(options, `${call} "${what}" of ${place}`, signal);
  const answered = async <T>(guard: StallWatch, act: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await guard.answered(act);
    } finally {
      guard.end();
    }
  };
  return {
    ...delegating(inner),
    put: (key, body, signal) => {
      const guard = watch('put', key, signal);
      return answered(guard, (own) => inner.put(key, watchedBody(body, guard), own));
    },
    get: (key, range, signal) => guardedStream(inner, key, range, watch('get', key, signal)),
    head: (key, signal) => answered(watch('head', key, signal), (own) => inner.head(key, own)),
    list: (prefix, signal) =>
      guardedListing(
        () => watch('list', prefix, signal),
        (own) => inner.list(prefix, own),
      ),
    folders: (prefix, signal) =>
      guardedListing(
        () => watch('folders', prefix, signal),
        (own) => inner.folders(prefix, own),
      ),
    remove: (key, signal) => answered(watch('remove', key, signal), (own) => inner.remove(key, own)),
  };
}

function watchedBody(body: RewindableBody, guard: StallWatch): RewindableBody {
  return {
    ...body,
    async *open() {
      const bytes = body.open()[Symbol.asyncIterator]();
      try {
        for (;;) {
          const step = await guard.others(() => bytes.next());
          if (step.done) return;
          guard.took(step.value.length);
          yield step.value;
        }
      } finally {
        // One that stalls answers nothing, so its end is asked for and not awaited.
        bytes.return?.().then(undefined, () => undefined);
      }
    },
  };
}

async function guardedStream(
  inner: StorageBackend,
  key: ObjectKey,
  range: ByteRange | undefined,
  guard: StallWatch,
): Promise<Readable> {
  try {
    const stream = await guard.answered((own) => inner.get(key, range, own));
    guard.pause();
    const bytes = asked(untilAborted(stream as AsyncIterable<Buffer>, guard.signal), guard);
    const guarded = relay(bytes, () => stream.destroy());
    return guarded.once('close', () => guard.end());
  } catch (error) {
    guard.end();
    throw error;
  }
}

async function* guardedListing<T>(
  watch: () => StallWatch,
  open: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const guard = watch();
  guard.pause();
  try {
    yield* asked(untilAborted(open(guard.signal), guard.signal), guard);
  } finally {
    guard.end();
  }
}

/** It is the storage's turn only between a question and its answer. */
async function* asked<T>(source: AsyncIterable<T>, guard: StallWatch): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      guard.goOn();
      const step = await items.next().finally(() => guard.pause());
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await items.return?.();
  }
}
