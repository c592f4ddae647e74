import { CallSignal } from '../decorators/call-signal.js';

/**
 * Does `act` for each item, so many at a time, one rank after the other from the lowest up. The first that fails ends
 * the others; when this rejects, none is under way any more.
 */
export async function inRanks<T>(
  items: readonly T[],
  rankOf: (item: T) => number,
  concurrency: number,
  signal: AbortSignal | undefined,
  act: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const call = new CallSignal(signal);
  const ranks = Map.groupBy(items, rankOf);
  try {
    for (const [, rank] of [...ranks].sort(([a], [b]) => a - b)) {
      const left = rank.values();
      const work = async () => {
        for (const item of left) {
          if (call.signal.aborted) return;
          await act(item, call.signal).catch((error: unknown) => call.abort(error));
        }
      };
      await Promise.all(Array.from({ length: Math.min(concurrency, rank.length) }, work));
      call.signal.throwIfAborted();
    }
  } finally {
    call.release();
  }
}
