/** Why a run is not to go on: somebody wants it to end, or it is no longer ours. */
export type Interruption = 'cancelled' | 'disowned';

/** Can be interrupted while it waits for something. */
export class Interruptible {
  readonly #controller = new AbortController();
  #by: Interruption | undefined;

  constructor(private readonly stopping: AbortSignal) {}

  /** What it was interrupted by; who was disowned stays so. */
  get by(): Interruption | undefined {
    return this.#by;
  }

  interrupt(by: Interruption): void {
    if (this.#by === 'disowned') return;
    this.#by = by;
    this.#controller.abort(new Error(by));
  }

  /** Fires with the interruption, and when the scheduler ends. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.#controller.signal, this.stopping]);
  }

  /** Sleeps, or not to the end. Rejects when the scheduler ends. */
  async sleep(clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> }, ms: number): Promise<void> {
    try {
      await clock.sleep(ms, this.signal);
    } catch (error) {
      this.stopping.throwIfAborted();
      if (this.#by === undefined) throw error;
    }
  }

  /** Calls `act` once when it is interrupted, at once if it has been. Gives back how to take that back. */
  whenInterrupted(act: () => void): () => void {
    const { signal } = this.#controller;
    if (signal.aborted) {
      act();
      return () => undefined;
    }
    signal.addEventListener('abort', act, { once: true });
    return () => signal.removeEventListener('abort', act);
  }
}
