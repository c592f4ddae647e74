/**
 * What `act` gives, unless `signal` is aborted before: then `stop` is called and the reason thrown at once, and what
 * becomes of `act` no longer matters.
 */
export function orAborted<T>(
  signal: AbortSignal | undefined,
  act: () => Promise<T>,
  stop: () => void,
): Promise<T> {
  if (!signal) return act();
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      stop();
      reject(signal.reason as Error);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void act()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}
