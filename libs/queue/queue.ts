/**
 * Work that the control plane does by itself, in whichever of its processes is free. What is queued is only a reminder:
 * the truth is in the metadata, every duty looks there first, and doing it twice does no harm. Losing the queue loses
 * nothing but time.
 *
 * Every method rejects with `queue.unavailable` when the server does not answer, or the queue is closed.
 */
export interface Queue {
  /** Resolves when the queue's server answers. Rejects with `queue.unavailable`. */
  ready(signal?: AbortSignal): Promise<void>;
  /**
   * Asks for a duty to be done once, at once or after `delayMs`. With `key`, asking again for this duty while it waits or is
   * being done changes nothing. `payload` is JSON. Visible to every worker when this resolves.
   */
  add(duty: string, payload: DutyPayload, options?: AddOptions): Promise<void>;
  /**
   * Has a duty done now and every `everyMs`, by one worker each time, however many processes ask for it; its payload is
   * empty. Asking again with the same interval changes nothing, with another one changes it. A turn that fails is not tried
   * again, the next one comes anyway; a turn that takes longer than the interval may meet the next one.
   */
  repeat(duty: string, everyMs: number): Promise<void>;
  /**
   * Takes up duties until the worker is closed. A handler that rejects is called again, `attempts` times in all, the waits
   * between growing from `backoffMs`; then the duty is given up and counts as failed. Duties without a handler wait.
   * Outages of the server are waited out.
   */
  work(handlers: DutyHandlers, options?: WorkOptions): Promise<QueueWorker>;
  /** Of all duties, whoever asked for them. */
  counts(): Promise<QueueCounts>;
  /** Closes connections; workers of this queue are closed first. Closing again waits for the same end. */
  close(): Promise<void>;
}

export type DutyPayload = Readonly<Record<string, unknown>>;

export interface AddOptions {
  readonly key?: string;
  readonly delayMs?: number;
  /** Calls of the handler at most, 3 by default. */
  readonly attempts?: number;
  /** First wait between them, 1000 by default; each further one is twice as long. */
  readonly backoffMs?: number;
}

export type DutyHandler = (payload: DutyPayload, signal: AbortSignal) => Promise<void>;
export type DutyHandlers = Readonly<Record<string, DutyHandler>>;

export interface WorkOptions {
  /** Duties of each name done at once, 4 by default, so that a slow duty does not hold up the others. */
  readonly concurrency?: number;
  /** Told of each call of a handler that failed, and whether it was the last one. */
  readonly failed?: (duty: string, error: unknown, givenUp: boolean) => void;
}

export interface QueueWorker {
  /**
   * Takes nothing more, gives handlers that run `graceMs` (10 s by default), then aborts their signal and waits. What is
   * called off in this way waits for another worker and has lost no attempt.
   */
  close(graceMs?: number): Promise<void>;
}

export interface QueueCounts {
  readonly waiting: number;
  /** Next turns of repeated duties and next attempts among them. */
  readonly delayed: number;
  readonly active: number;
  /** Given up; the last thousand of each duty are remembered. */
  readonly failed: number;
}

export const defaults = {
  attempts: 3,
  backoffMs: 1000,
  concurrency: 4,
  graceMs: 10_000,
  keptFailures: 1000,
} as const;
