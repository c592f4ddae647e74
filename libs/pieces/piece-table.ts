import { DIGEST_WORDS, emptyDigest, type Digest } from './digest.js';
import { EXTENT_WORDS, PIECE_WORDS, type Rows } from './rows.js';

/** A piece of the table: its number, in the order in which pieces were added. */
export type PieceNumber = number;

export const NO_PIECE = -1;

const SLOTS_PER_PIECE = 1.5;
const BYTES_PER_PIECE = (PIECE_WORDS + SLOTS_PER_PIECE) * Uint32Array.BYTES_PER_ELEMENT;
const FIRST_PIECES = 1024;

/**
 * Pieces of the levels below do not tell what they were cut with, and fit any content; a piece of this stream fits those
 * of its own sizes and larger. So where a file has shrunk from above 16 GiB a coarser piece may be guessed: it is found.
 */
const FITS_ALL = 0;
/** A level has the other three. */
export const MOST_LEVELS = 2 ** 24;

/**
 * The pieces that are stored already, by digest. Of equal ones the first is kept. Memory held: 46 bytes a piece, as many
 * as there is room for; then `add` does nothing.
 */
export class PieceTable {
  readonly #most: number;
  /** As in {@link Rows}; the top byte of a level tells which sizes the piece was cut with. */
  #rows: Rows = new Uint32Array(0);
  /** Open addressing: numbers of pieces, one more than they are, 0 where there is none. */
  #slots: Rows = new Uint32Array(0);
  #count = 0;

  constructor(bytes: number) {
    this.#most = Math.floor(bytes / BYTES_PER_PIECE);
  }

  get count(): number {
    return this.#count;
  }

  find(digest: Digest, length: number): PieceNumber {
    if (this.#count === 0) return NO_PIECE;
    return (this.#slots[this.#slotOf(digest, length)] as number) - 1;
  }

  /** Adds pieces of the levels below. */
  addKnown(rows: Rows): void {
    const digest = emptyDigest();
    for (let at = 0; at < rows.length; at += PIECE_WORDS) {
      digest.set(rows.subarray(at + EXTENT_WORDS, at + PIECE_WORDS));
      const word = (index: number) => rows[at + index] as number;
      this.add(digest, word(0), word(1), word(2), word(3));
    }
  }

  /** `doublings`: of the sizes the piece was cut with, where that is known. */
  add(digest: Digest, level: number, frame: number, start: number, length: number, doublings?: number): void {
    if (this.#count === this.#most) return;
    if (this.#count * PIECE_WORDS === this.#rows.length) this.#grow();
    const slot = this.#slotOf(digest, length);
    if (this.#slots[slot] !== 0) return;
    const at = this.#count * PIECE_WORDS;
    const rows = this.#rows;
    rows[at] = level + MOST_LEVELS * (doublings === undefined ? FITS_ALL : fitOf(doublings));
    rows[at + 1] = frame;
    rows[at + 2] = start;
    rows[at + 3] = length;
    rows.set(digest, at + EXTENT_WORDS);
    this.#count += 1;
    this.#slots[slot] = this.#count;
  }

  is(piece: PieceNumber, digest: Digest, length: number): boolean {
    const at = piece * PIECE_WORDS;
    if (this.#rows[at + 3] !== length) return false;
    for (let i = 0; i < DIGEST_WORDS; i += 1) {
      if (this.#rows[at + EXTENT_WORDS + i] !== digest[i]) return false;
    }
    return true;
  }

  /** Whether contents cut with such sizes would be cut no earlier than after this piece, if they begin with it. */
  isWholeAmong(doublings: number, piece: PieceNumber): boolean {
    return (this.#rows[piece * PIECE_WORDS] as number) < MOST_LEVELS * (fitOf(doublings) + 1);
  }

  levelOf(piece: PieceNumber): number {
    return (this.#rows[piece * PIECE_WORDS] as number) % MOST_LEVELS;
  }

  frameOf(piece: PieceNumber): number {
    return this.#rows[piece * PIECE_WORDS + 1] as number;
  }

  startOf(piece: PieceNumber): number {
    return this.#rows[piece * PIECE_WORDS + 2] as number;
  }

  lengthOf(piece: PieceNumber): number {
    return this.#rows[piece * PIECE_WORDS + 3] as number;
  }

  /** The slot of the piece, or the empty one that it would take. */
  #slotOf(digest: Digest, length: number): number {
    const slots = this.#slots;
    // A digest's first word is as even as any hash of it would be.
    let slot = Math.floor(((digest[0] as number) / 2 ** 32) * slots.length);
    for (let held = slots[slot]; held !== 0; held = slots[slot]) {
      if (this.is((held as number) - 1, digest, length)) return slot;
      slot = slot + 1 === slots.length ? 0 : slot + 1;
    }
    return slot;
  }

  #grow(): void {
    const room = Math.min(this.#most, Math.max(FIRST_PIECES, this.#count * 2));
    const rows: Rows = new Uint32Array(room * PIECE_WORDS);
    rows.set(this.#rows);
    this.#rows = rows;
    this.#slots = new Uint32Array(Math.ceil(room * SLOTS_PER_PIECE));
    const digest = emptyDigest();
    for (let piece = 0; piece < this.#count; piece += 1) {
      const at = piece * PIECE_WORDS;
      digest.set(rows.subarray(at + EXTENT_WORDS, at + PIECE_WORDS));
      this.#slots[this.#slotOf(digest, this.lengthOf(piece))] = piece + 1;
    }
  }
}

/** Doublings may be below 0. */
function fitOf(doublings: number): number {
  return doublings + 128;
}
