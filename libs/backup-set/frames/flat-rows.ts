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
    if (this.#count % CHUNK_ROWS === 0) this.#chunks.push(Buffer.alloc(CHUNK_ROWS * this.#rowBytes));
    this.#count += 1;
    return this.row(this.#count - 1);
  }

  /** One of those that were added, counted from 0. */
  row(i: number): Buffer {
    const chunk = this.#chunks[Math.floor(i / CHUNK_ROWS)] as Buffer;
    const at = (i % CHUNK_ROWS) * this.#rowBytes;
    return chunk.subarray(at, at + this.#rowBytes);
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
