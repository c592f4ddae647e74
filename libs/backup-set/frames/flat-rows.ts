const CHUNK_ROWS = 4096;

/** Rows of equal length that grow without moving: what a million of them take is their own bytes. */
export class FlatRows {
  readonly #rowBytes: number;
  readonly #chunks: Buffer[] = [];
  #count = 0;

  constructor(rowBytes: number) {
    this.#rowBytes = rowBytes;
  }

  /** The next row, all zeros, to be filled in. */
  add(): Buffer {
    const at = this.#count % CHUNK_ROWS;
    if (at === 0) this.#chunks.push(Buffer.alloc(CHUNK_ROWS * this.#rowBytes));
    this.#count += 1;
    const chunk = this.#chunks[this.#chunks.length - 1] as Buffer;
    return chunk.subarray(at * this.#rowBytes, (at + 1) * this.#rowBytes);
  }

  get count(): number {
    return this.#count;
  }

  /** All rows, one behind the other. */
  *bytes(): Generator<Buffer> {
    let left = this.#count;
    for (const chunk of this.#chunks) {
      const rows = Math.min(left, CHUNK_ROWS);
      yield chunk.subarray(0, rows * this.#rowBytes);
      left -= rows;
    }
  }
}
