import { isFailure, type Clock, type Failure, type Logger } from '#kernel';

/** A call that failed, and is made again after a wait. */
export interface Retry {
  readonly failure: Failure;
  /** The one that failed, from 1. */
  readonly attempt: number;
  readonly attempts: number;
  readonly waitMs: number;
}

export type RetryListener = (retry: Retry) => void;

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
  /** Gets a line for each wait: which attempt failed, why, and how long the wait is. */
  readonly logger?: Logger | undefined;
  /** Hears of each wait before it begins. */
  readonly onRetry?: RetryListener | undefined;
}

/** How many tries are left, and how long there is still time for them. */
export class Patience {
  #failures = 0;
  #sinceMs: number;

  /** `call` is what the log calls the thing that is tried. */
  constructor(
    private readonly options: RetryOptions,
    private readonly call: object = {},
  ) {
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
    const { attempts, clock, logger, onRetry } = this.options;
    const waitMs = this.#waitMs(error);
    if (this.#failures >= attempts || waitMs === undefined) throw error.with({ attempts: this.#failures });
    const { code: reason, message } = error;
    const facts = { ...this.call, attempt: this.#failures, attempts, waitMs, reason, error: message };
    logger?.info('storage call is tried again', facts);
    onRetry?.({ failure: error, attempt: this.#failures, attempts, waitMs });
    await clock.sleep(waitMs, signal);
  }

  /** Nothing when there is no time left for another try. */
  #waitMs(error: Failure): number | undefined {
    const leftMs = this.#sinceMs + this.options.totalMs - this.#nowMs();
    const backedOffMs = backOffMs(this.options, this.#failures);
    const askedMs = retryAfterMs(error);
    if (askedMs <= backedOffMs) return backedOffMs <= leftMs ? backedOffMs : undefined;
    // All who were told the same time would come back at the same moment.
    const jitteredMs = Math.round(
      askedMs + (this.options.random() * Math.min(askedMs, this.options.maxMs)) / 2,
    );
    return askedMs <= leftMs ? Math.min(jitteredMs, leftMs) : undefined;
  }

  #nowMs(): number {
    return this.options.clock.now().getTime();
  }
}

/** Runs `act` until it succeeds or patience ends. */
export async function patiently<T>(
  options: RetryOptions,
  call: object,
  signal: AbortSignal | undefined,
  act: (patience: Patience) => Promise<T>,
): Promise<T> {
  const patience = new Patience(options, call);
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
 * the catalog says that both may be tried later. A held object may be tried later too, but that is days.
 */
function isTransient(error: unknown): error is Failure {
  if (!isFailure(error) || !error.code.startsWith('storage.')) return false;
  return error.retry === 'later' && error.kind === 'unavailable';
}

/** How long the server asked to be left alone. */
function retryAfterMs({ context }: Failure): number {
  const asked = context['retryAfterMs'];
  return typeof asked === 'number' && asked > 0 ? Math.ceil(asked) : 0;
}

/** Half of it is fixed, so that a storage in trouble gets its rest; half is chance, so that clients do not come at once. */
function backOffMs({ baseMs, maxMs, random }: RetryOptions, failures: number): number {
  const mostMs = Math.min(maxMs, baseMs * 2 ** (failures - 1));
  return Math.round(mostMs / 2 + (random() * mostMs) / 2);
}
