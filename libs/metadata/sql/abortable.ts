/** `act`, unless `signal` is aborted before; then its reason, and nobody waits for `act`. */
export async function abortable<T>(act: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return act;
  act.catch(() => undefined);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([act, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
