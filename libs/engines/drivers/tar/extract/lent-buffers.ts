import { LOAN } from '../../../archive-engine.js';

/** Knows which of the buffers that were lent are still being written, and asks for no more before it may. */
export class LentBuffers {
  /** Parts that are being written, the oldest first: of which buffer each is, and what had come with that. */
  readonly #written: { readonly buffer: number; readonly bytes: number; readonly taken: Promise<unknown> }[] =
    [];
  #buffers = 0;
  #bytes = 0;

  /** The same buffers; each is asked for when no part of one is written that its owner would then take back. */
  async *of(members: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const items = members[Symbol.asyncIterator]();
    let isOver = false;
    try {
      for (;;) {
        while (this.#isLastCall()) await this.#written.shift()?.taken;
        const next = await items.next();
        if (next.done) break;
        this.#buffers += 1;
        this.#bytes += next.value.length;
        yield next.value;
      }
      isOver = true;
    } finally {
      if (!isOver) await items.return?.();
    }
  }

  /** Part of the last buffer is being written until `taken` resolves. */
  writing(taken: Promise<unknown>): void {
    this.#written.push({ buffer: this.#buffers, bytes: this.#bytes, taken });
  }

  /** Whether the oldest would be taken back when another one is asked for. */
  #isLastCall(): boolean {
    const [oldest] = this.#written;
    if (!oldest) return false;
    const further = this.#buffers - oldest.buffer;
    return further >= LOAN.most || (further >= LOAN.fewest && this.#bytes - oldest.bytes >= LOAN.bytes);
  }
}
