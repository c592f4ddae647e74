import { isFailure, type Clock, type Failure } from '#kernel';

export interface RetryOptions {
  readonly clock: Clock;
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** Wait after the first failure; it doubles with each further one, up to `maxMs`. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** No try begins later than this after the first. */
  readonly totalMs: number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** How many tries are left, and how long there is still time for them. */
export class Patience {
  #failures = 0;
  #sinceMs: number;

  constructor(private readonly options: RetryOptions) {
    this.#sinceMs = this.#nowMs();
  }

  /** Whether something has failed since the beginning or the last {@link renew}. */
  get isTried(): boolean {
    return this.#failures > 0;
  }

  /** Things go on: the next failure is a first one again. */
  renew(): void {
    this.#failures = 0;
    this.#sinceMs = this.#nowMs();
  }

  /** Resolves when it is time for the next try; throws `error` when there is to be none, or the signal's reason. */
  async afterFailure(error: unknown, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (!isTransient(error)) throw error;
    this.#failures += 1;
    const waitMs = backOffMs(this.options, this.#failures);
    const isLate = this.#nowMs() + waitMs - this.#sinceMs > this.options.totalMs;
    if (this.#failures >= this.options.attempts || isLate) throw error.with({ attempts: this.#failures });
    await this.options.clock.sleep(waitMs, signal);
  }

  #nowMs(): number {
    return this.options.clock.now().getTime();
  }
}

/** Runs `act` until it succeeds or patience ends. */
export async function patiently<T>(
  options: RetryOptions,
  signal: AbortSignal | undefined,
  act: (patience: Patience) => Promise<T>,
): Promise<T> {
  const patience = new Patience(options);
  for (;;) {
    try {
      return await act(patience);
    } catch (error) {
      await patience.afterFailure(error, signal);
    }
  }
}

/**
 * Only what a storage says of itself: a body that fails is its owner's to try again, and so is a cancelled run, though
 * the catalog says that both may be tried later.
 */
function isTransient(error: unknown): error is Failure {
  return isFailure(error) && error.code.startsWith('storage.') && error.retry === 'later';
}

/** Half of it is fixed, so that a storage in trouble gets its rest; half is chance, so that clients do not come at once. */
function backOffMs({ baseMs, maxMs, random }: RetryOptions, failures: number): number {
  const mostMs = Math.min(maxMs, baseMs * 2 ** (failures - 1));
  return Math.round(mostMs / 2 + (random() * mostMs) / 2);
}
