import { asFailure, Failure, type Clock } from '#kernel';

/** How an act ended. */
export type Outcome<T> =
  | { readonly kind: 'resolved'; readonly value: T }
  | { readonly kind: 'rejected'; readonly failure: Failure }
  /** It was called off, for the reason `failure`, and still runs: `running` may settle at any time, or never. */
  | { readonly kind: 'abandoned'; readonly failure: Failure; readonly running: Promise<T> };

export interface Bounds {
  readonly clock: Clock;
  /** Calls the act off from outside. */
  readonly outer?: AbortSignal;
  /** Time for the act; without it there is no limit. */
  readonly timeoutMs?: number;
  /** The failure of an act whose time is over. */
  readonly timeout: Failure;
  /** How long an act that was called off may take to end. */
  readonly graceMs: number;
}

/**
 * Runs `act` under a signal of its own, and no longer than its bounds allow; never rejects.
 *
 * Calling off is a request: an act that resolves all the same has happened, and its outcome says so. One that does not
 * end even then (a call into a dead file system cannot be interrupted) is left behind, so that a stopped application
 * or a lock does not have to wait for it.
 */
export async function bounded<T>(
  act: (signal: AbortSignal) => Promise<T>,
  bounds: Bounds,
): Promise<Outcome<T>> {
  const { clock, outer, timeoutMs, timeout, graceMs } = bounds;
  const own = new AbortController();
  const signal = outer ? AbortSignal.any([outer, own.signal]) : own.signal;
  const over = new AbortController();
  const stuck = Promise.withResolvers<Outcome<T>>();
  const failureOf = (error: unknown) =>
    signal.reason === timeout && error !== timeout
      ? new Failure(timeout.code, timeout.message, timeout.context, error)
      : asFailure(error);

  const leaveBehind = () => stuck.resolve({ kind: 'abandoned', failure: failureOf(signal.reason), running });
  const calledOff = () => ring(clock, graceMs, leaveBehind, over.signal);
  // Listens before the act begins, since the act may well be what calls itself off.
  signal.addEventListener('abort', calledOff, { once: true, signal: over.signal });
  if (timeoutMs !== undefined) ring(clock, timeoutMs, () => own.abort(timeout), over.signal);

  const running = (async () => act(signal))();
  const ended = running.then(
    (value): Outcome<T> => ({ kind: 'resolved', value }),
    (error: unknown): Outcome<T> => ({ kind: 'rejected', failure: failureOf(error) }),
  );
  const outcome = await Promise.race([ended, stuck.promise]);
  over.abort();
  return outcome;
}

/** Calls `bell` after `ms` of the clock's time, unless `stop` is aborted before. */
function ring(clock: Clock, ms: number, bell: () => void, stop: AbortSignal): void {
  // A sleep rejects only when it is stopped, and then there is nothing to ring for.
  void clock.sleep(ms, stop).then(bell, () => undefined);
}
