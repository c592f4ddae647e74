const LEAST_BYTES = 64 << 10;
/** Bytes of UTF-8 that one unit of a text takes at most. */
const MOST_OF_UNIT = 3;

/** Text that is put together line by line, as bytes: what is written is garbage at once. */
export class LineBuffer {
  #bytes: Buffer<ArrayBuffer> = Buffer.alloc(0);
  #filled = 0;

  add(line: string): void {
    const most = line.length * MOST_OF_UNIT;
    if (this.#bytes.length - this.#filled < most) this.#grow(most);
    this.#filled += this.#bytes.write(line, this.#filled, 'utf8');
  }

  /** All of it, in memory of its own; the buffer is empty then. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#filled);
    this.#bytes = Buffer.alloc(0);
    this.#filled = 0;
    return taken;
  }

  #grow(more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(LEAST_BYTES, 2 * this.#bytes.length, this.#filled + more));
    this.#bytes.copy(larger, 0, 0, this.#filled);
    // Freed here: a collection comes only after many of them.
    this.#bytes.buffer.transfer(0);
    this.#bytes = larger;
  }
}
