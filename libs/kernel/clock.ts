/** Time comes in by this door, so that tests can move it. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted before. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(reasonOf(signal));
      const stop = () => {
        clearTimeout(timer);
        reject(reasonOf(signal));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

/** An abort signal that fires after `ms`, with `reason`, unless `outer` fires first. Call `clear` when done. */
export function deadline(
  ms: number,
  reason: Error,
  outer?: AbortSignal,
): { signal: AbortSignal; clear: () => void } {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(reason), ms);
  timer.unref();
  return {
    signal: outer ? AbortSignal.any([outer, own.signal]) : own.signal,
    clear: () => clearTimeout(timer),
  };
}

/** Milliseconds of a clock that never goes back; only differences mean anything. */
export function monotonicMs(): number {
  // As `performance.now` does, for which a module would have to be loaded: 3 ms of every start.
  return Number(process.hrtime.bigint()) / 1e6;
}

function reasonOf(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error('aborted');
}
