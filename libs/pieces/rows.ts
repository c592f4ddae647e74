import { DIGEST_WORDS, type Digest } from './digest.js';
import type { Extent } from './framer.js';
import { DIGEST_BYTES, type KnownPiece } from './known-piece.js';

/**
 * How extents and pieces travel between threads: as rows of numbers in memory that changes hands. A row of an extent is
 * level, frame, start, length; that of a piece goes on with its digest.
 */
export type Rows = Uint32Array<ArrayBuffer>;

export const EXTENT_WORDS = 4;
export const PIECE_WORDS = EXTENT_WORDS + DIGEST_WORDS;

const FIRST_ROWS = 64;

/** Rows that are added one by one and taken together. */
export class RowList {
  #rows: Rows;
  #words = 0;

  constructor(private readonly rowWords: number) {
    this.#rows = new Uint32Array(rowWords * FIRST_ROWS);
  }

  get count(): number {
    return this.#words / this.rowWords;
  }

  add(level: number, frame: number, start: number, length: number, digest?: Digest): void {
    const at = this.#words;
    this.#words += this.rowWords;
    if (this.#words > this.#rows.length) this.#grow();
    const rows = this.#rows;
    rows[at] = level;
    rows[at + 1] = frame;
    rows[at + 2] = start;
    rows[at + 3] = length;
    if (digest) rows.set(digest, at + EXTENT_WORDS);
  }

  /** Makes the last row longer by what is to be added, if that goes on where it ends. */
  prolong(level: number, frame: number, start: number, length: number): boolean {
    const rows = this.#rows;
    const at = this.#words - this.rowWords;
    if (at < 0 || rows[at] !== level || rows[at + 1] !== frame) return false;
    const last = rows[at + 3] as number;
    if ((rows[at + 2] as number) + last !== start) return false;
    rows[at + 3] = last + length;
    return true;
  }

  /** The first `count` rows, which are forgotten here. */
  take(count: number): Rows {
    const words = count * this.rowWords;
    const taken = this.#rows.slice(0, words);
    this.#rows.copyWithin(0, words, this.#words);
    this.#words -= words;
    return taken;
  }

  #grow(): void {
    const more: Rows = new Uint32Array(this.#rows.length * 2);
    more.set(this.#rows);
    this.#rows = more;
  }
}

export function extentsOf(rows: Rows): Extent[] {
  return Array.from({ length: rows.length / EXTENT_WORDS }, (_, i) => extentAt(rows, i * EXTENT_WORDS));
}

export function piecesOf(rows: Rows): KnownPiece[] {
  return Array.from({ length: rows.length / PIECE_WORDS }, (_, i) => {
    const at = i * PIECE_WORDS;
    const digest = Buffer.from(rows.buffer, digestAt(i), DIGEST_BYTES);
    return { ...extentAt(rows, at), digest };
  });
}

function extentAt(rows: Rows, at: number): Extent {
  return {
    level: rows[at] as number,
    frame: rows[at + 1] as number,
    start: rows[at + 2] as number,
    length: rows[at + 3] as number,
  };
}

/** Where the digest of the piece number `index` begins, in bytes. */
export function digestAt(index: number): number {
  return (index * PIECE_WORDS + EXTENT_WORDS) * Uint32Array.BYTES_PER_ELEMENT;
}
