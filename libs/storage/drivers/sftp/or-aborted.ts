/**
 * What `promise` comes to, or at once the signal's reason when it is aborted before. What goes on behind it is nobody's
 * business any more. While `mayStop` says no, an abort is not heeded.
 */
export function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  mayStop: () => boolean = () => true,
): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      if (mayStop()) reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
    const settle = (): void => signal.removeEventListener('abort', stop);
    promise.finally(settle).then(resolve, reject);
    if (signal.aborted) stop();
  });
}
