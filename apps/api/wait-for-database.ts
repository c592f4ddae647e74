import { asFailure, isFailure, type Clock, type Logger } from '#kernel';

const BETWEEN_MS = 1000;
const TOLD_EVERY = 5;

export interface WaitOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Does what needs the database, again and again until it answers, and says so every few seconds. Rejects with
 * `metadata.unavailable` after `waitMs`, with the signal's reason, and with everything else at once.
 */
export async function waitForDatabase<T>(
  work: () => Promise<T>,
  { clock, logger, waitMs, signal }: WaitOptions,
): Promise<T> {
  const until = clock.now().getTime() + waitMs;
  for (let tries = 0; ; tries += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      const left = until - clock.now().getTime();
      if (!isFailure(error, 'metadata.unavailable') || left <= 0) throw error;
      const facts = { failure: asFailure(error).message, waitsSeconds: Math.ceil(left / 1000) };
      if (tries % TOLD_EVERY === 0) logger.warn('database away', facts);
      await clock.sleep(Math.min(BETWEEN_MS, left), signal);
    }
  }
}
