/** A body, read once from its start to its end, in cuts of any size. The pieces are the body's own. */
export class BodyCutter {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Uint8Array | undefined;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** The next `bytes`, or fewer when the body ends before. */
  async *next(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0;) {
      const piece = this.#rest ?? (await this.#piece());
      if (!piece) return;
      this.#rest = piece.length > left ? piece.subarray(left) : undefined;
      const cut = piece.subarray(0, left);
      left -= cut.length;
      yield cut;
    }
  }

  /** Reads on to the end, so that a body that is longer than it says fails. */
  async finish(): Promise<void> {
    this.#rest = undefined;
    while (await this.#piece()) this.#rest = undefined;
  }

  /** Asks the body to end; it is not awaited, since one that stalls answers nothing. */
  stop(): void {
    this.#pieces.return?.()?.then(undefined, () => undefined);
  }

  async #piece(): Promise<Uint8Array | undefined> {
    const step = await this.#pieces.next();
    return step.done ? undefined : step.value;
  }
}
