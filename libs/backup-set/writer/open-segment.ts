import { meter, type Slabs } from '#codecs';
import type { StoredObject } from '../frames/stored-object.js';

/** The segment that is being filled, in slabs. */
export class OpenSegment {
  readonly #measure = meter();
  readonly #slabs: Buffer[] = [];
  /** What is taken of the last slab. */
  #filled = 0;
  bytes = 0;

  constructor(private readonly pool: Slabs) {}

  /** Copies the piece. */
  add(piece: Uint8Array): void {
    // Measured now, while the processor still has it at hand.
    this.#measure.add(piece);
    this.bytes += piece.length;
    for (let at = 0; at < piece.length;) {
      let slab = this.#slabs.at(-1);
      if (!slab || this.#filled === slab.length) {
        this.#slabs.push((slab = this.pool.take()));
        this.#filled = 0;
      }
      const some = piece.subarray(at, at + slab.length - this.#filled);
      slab.set(some, this.#filled);
      this.#filled += some.length;
      at += some.length;
    }
  }

  measure(): StoredObject {
    return this.#measure.result();
  }

  /** All that is in it. */
  pieces(): readonly Buffer[] {
    return this.#slabs.map((slab, i) => (i < this.#slabs.length - 1 ? slab : slab.subarray(0, this.#filled)));
  }

  /** Gives the slabs back; it is empty then. */
  free(): void {
    for (const slab of this.#slabs.splice(0)) this.pool.give(slab);
    this.bytes = this.#filled = 0;
  }
}
