import type { Clock } from '#kernel';

/** A sleep that others can end early. */
export class Waker {
  #awake = new AbortController();

  constructor(private readonly clock: Clock) {}

  /** Ends the sleep, or the next one before it begins. */
  wake(): void {
    this.#awake.abort(new Error('awake'));
  }

  /** Resolves after `ms`, or when woken. Rejects when `signal` fires. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    try {
      if (!this.#awake.signal.aborted)
        await this.clock.sleep(ms, AbortSignal.any([this.#awake.signal, signal]));
    } catch (error) {
      if (!this.#awake.signal.aborted) throw error;
    }
    this.#awake = new AbortController();
    signal.throwIfAborted();
  }
}
