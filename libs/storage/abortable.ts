import type { Readable } from 'node:stream';

/**
 * What `source` yields, until `signal` is aborted: then the reason is thrown at once, also while the source stalls.
 *
 * Each step has a promise of its own: racing every step against one promise of the abort would keep a reaction for each
 * step until the end of the call.
 */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  signal?.throwIfAborted();
  const iterator = source[Symbol.asyncIterator]();
  let interrupt = (_reason: unknown): void => undefined;
  const onAbort = () => interrupt(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const next = () =>
    new Promise<IteratorResult<T>>((resolve, reject) => {
      interrupt = reject;
      iterator.next().then(resolve, reject);
    });
  let isOver = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const step = await next();
      if (step.done) {
        isOver = true;
        return;
      }
      yield step.value;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // An iterator that stalls answers nothing, so its end is asked for and not awaited.
    if (!isOver) iterator.return?.()?.then(undefined, () => undefined);
  }
}

/**
 * What `promise` comes to, or the signal's reason at once when it is aborted before; what goes on behind it is nobody's
 * business any more. `heed` is called then; when it says no, the abort is passed over.
 */
export function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  heed: () => boolean = () => true,
): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      if (heed()) reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
    const settle = (): void => signal.removeEventListener('abort', stop);
    promise.finally(settle).then(resolve, reject);
    if (signal.aborted) stop();
  });
}

/** The same stream, destroyed with the signal's reason when it is aborted, and safe to leave alone for a while. */
export function stoppedBy(signal: AbortSignal | undefined, stream: Readable): Readable {
  keepError(stream);
  if (!signal) return stream;
  const stop = () => stream.destroy(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  stream.once('close', () => signal.removeEventListener('abort', stop));
  if (signal.aborted) stop();
  return stream;
}

/**
 * A stream that fails before anybody reads it would end the process for want of a listener. With one, the error waits
 * in the stream and is thrown to whoever reads it.
 */
export function keepError(stream: Readable): Readable {
  return stream.on('error', () => undefined);
}
