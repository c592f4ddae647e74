/**
 * The signal of one call: aborted when one of `outer` is, or by {@link abort}. It must be released when the call is
 * over, for the outer ones may live much longer.
 */
export class CallSignal {
  readonly #own = new AbortController();
  readonly #outer: readonly AbortSignal[];
  readonly #onAbort = () => this.abort(this.#outer.find(({ aborted }) => aborted)?.reason);

  constructor(...outer: readonly (AbortSignal | undefined)[]) {
    this.#outer = outer.filter((signal) => signal !== undefined);
    for (const signal of this.#outer) signal.addEventListener('abort', this.#onAbort, { once: true });
    if (this.#outer.some(({ aborted }) => aborted)) this.#onAbort();
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  abort(reason: unknown): void {
    this.#own.abort(reason);
  }

  release(): void {
    for (const signal of this.#outer) signal.removeEventListener('abort', this.#onAbort);
  }
}
