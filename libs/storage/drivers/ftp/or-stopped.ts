import { orAborted } from '../../abortable.js';

/**
 * What `act` gives, unless `signal` is aborted before: then `stop` is called and the reason thrown at once. What is aborted
 * already does not begin.
 */
export async function orStopped<T>(
  signal: AbortSignal | undefined,
  act: () => Promise<T>,
  stop: () => void,
): Promise<T> {
  if (signal?.aborted) {
    stop();
    throw signal.reason;
  }
  return orAborted(act(), signal, () => {
    stop();
    return true;
  });
}
