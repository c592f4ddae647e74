/** Lets acts on one key happen one after another, and those on others at the same time. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async inTurn<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const done = before ? before.then(act) : act();
    // What is waited for is only that it ended.
    const ended = done.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, ended);
    try {
      return await done;
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    }
  }
}
