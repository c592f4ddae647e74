/** Where calls stop until they are released, and tests wait until they have stopped. */
export class Stall {
  readonly #stalled = new Set<() => void>();
  readonly #watchers = new Set<() => void>();

  wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const goOn = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#stalled.delete(goOn);
        reject(signal?.reason as Error);
      };
      if (signal?.aborted) return giveUp();
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#stalled.add(goOn);
      for (const look of this.#watchers) look();
    });
  }

  release(): void {
    const calls = [...this.#stalled];
    this.#stalled.clear();
    for (const goOn of calls) goOn();
  }

  reached(calls: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#stalled.size < calls) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }
}
