import { monotonicMs, type Logger } from '#kernel';
import { isConnectionLoss, reasonOf } from './connection-loss.js';

// Connections that died together are found dead one after the other, while a new one answers already.
const AFTERSHOCK_MS = 5000;
const REPEAT_AFTER_MS = 60_000;
const REMEMBERED = 100;

/** Tells the log once that the server is away and once that it is back, however many connections notice. */
export class Outage {
  readonly #logger: Logger;
  readonly #nowMs: () => number;
  readonly #listeners: (() => void)[] = [];
  readonly #told = new Map<string, number>();
  #current: { readonly since: number; readonly tellAt: number; told: boolean } | undefined;
  #lastEnd = -Infinity;

  constructor(logger: Logger, nowMs: () => number = monotonicMs) {
    this.#logger = logger;
    this.#nowMs = nowMs;
  }

  /** Calls `listener` each time the server is back. */
  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** An error that nobody waits for. */
  met(error: unknown): void {
    const reason = reasonOf(error);
    const now = this.#nowMs();
    if (!isConnectionLoss(error)) return this.#tell(reason, now);
    const isAftershock = now - this.#lastEnd < AFTERSHOCK_MS;
    this.#current ??= { since: now, tellAt: isAftershock ? now + AFTERSHOCK_MS : now, told: false };
    if (this.#current.told || now < this.#current.tellAt) return;
    this.#current.told = true;
    this.#logger.warn('queue server lost', { reason });
  }

  answered(): void {
    const over = this.#current;
    if (!over) return;
    this.#current = undefined;
    this.#lastEnd = this.#nowMs();
    if (over.told) this.#logger.info('queue server back', { ms: Math.round(this.#lastEnd - over.since) });
    for (const listener of this.#listeners) listener();
  }

  // A server that refuses one thing refuses it again at every try.
  #tell(reason: string, now: number): void {
    const last = this.#told.get(reason);
    if (last !== undefined && now - last < REPEAT_AFTER_MS) return;
    if (this.#told.size >= REMEMBERED) this.#told.clear();
    this.#told.set(reason, now);
    this.#logger.warn('queue trouble', { reason });
  }
}
