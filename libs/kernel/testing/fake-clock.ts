import type { Clock } from '../clock.js';

/** A clock that stands still until it is moved; whoever sleeps wakes when the time has come. */
export class FakeClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ at: number; wake: () => void }>();
  /** Every wait that was asked for, in milliseconds, in order. */
  readonly sleeps: number[] = [];

  constructor(start = new Date('2026-01-01T00:00:00Z')) {
    this.#now = start.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    return new Promise((resolve, reject) => {
      const sleeper = { at: this.#now + ms, wake: resolve };
      if (signal?.aborted) return reject(signal.reason as Error);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      });
      this.#sleepers.add(sleeper);
    });
  }

  /** Moves the clock and wakes who is due. */
  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.at > this.#now) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}

/** A clock on which every wait is over at once, and time has passed: for retries and throttles. */
export class HurryingClock extends FakeClock {
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const slept = super.sleep(ms, signal);
    this.advance(ms);
    return slept;
  }
}
