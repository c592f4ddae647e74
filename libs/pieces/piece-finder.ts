import { cutLength } from './cut.js';
import { digestInto, emptyDigest, type Digest } from './digest.js';
import { gearHash } from './gear.js';
import type { PieceSizes } from './piece-sizes.js';
import { NO_PIECE, type PieceNumber, type PieceTable } from './piece-table.js';
import { ZeroRuns } from './zero-runs.js';

/** Pieces that are looked at beyond the expected one, so that a few changed ones do not lose the trail. */
const LOOK_AHEAD = 4;

/**
 * Cuts the next piece off a content and looks it up. Where a known piece lies in the chain, those that follow are likely
 * to lie behind it; a right guess saves the search for the cut. Guesses change no cut, only the time it takes.
 */
export class PieceFinder {
  /** The piece that was found last: */
  length = 0;
  digest: Digest = emptyDigest();
  /** its number in the table, or {@link NO_PIECE}. */
  known: PieceNumber = NO_PIECE;

  readonly #zeros = new ZeroRuns();
  readonly #scratch = emptyDigest();
  /** Length of the guess whose digest is in `#scratch`; 0: there was none. */
  #guessed = 0;
  /** Number of the piece that is expected next. */
  #expected: PieceNumber = NO_PIECE;

  constructor(private readonly table: PieceTable) {}

  /**
   * Finds the piece at `at`, with `left` bytes to the end of its content; `bytes` go on for `left`, or for the longest
   * piece. The result is in the fields, so that nothing is allocated.
   */
  next(bytes: Buffer, at: number, left: number, sizes: PieceSizes): void {
    if (this.#isZeros(bytes, at, left, sizes)) return;
    this.digest = this.#scratch;
    this.known = this.#guess(bytes, at, left, sizes);
    if (this.known === NO_PIECE) this.#search(bytes, at, left, sizes);
  }

  /** Zeros are never cut before the longest piece. They lie between others anywhere, and so say nothing of what follows. */
  #isZeros(bytes: Buffer, at: number, left: number, sizes: PieceSizes): boolean {
    const length = Math.min(left, sizes.max);
    if (!this.#zeros.covers(bytes, at, length)) return false;
    this.length = length;
    this.digest = this.#zeros.digestOf(length);
    this.known = this.table.find(this.digest, length);
    return true;
  }

  #guess(bytes: Buffer, at: number, left: number, sizes: PieceSizes): PieceNumber {
    this.#guessed = 0;
    if (this.#expected === NO_PIECE) return NO_PIECE;
    const end = Math.min(this.#expected + LOOK_AHEAD, this.table.count);
    for (let piece = this.#expected; piece < end; piece += 1) {
      if (!this.#mayBe(piece, bytes, at, left, sizes)) continue;
      const length = this.table.lengthOf(piece);
      digestInto(this.#scratch, bytes, at, at + length);
      this.#guessed = length;
      if (!this.table.is(piece, this.#scratch, length)) return NO_PIECE;
      this.length = length;
      this.#expected = piece + 1;
      return piece;
    }
    return NO_PIECE;
  }

  /** Whether the content would be cut at the end of that piece, so far as its last bytes tell. It costs next to nothing. */
  #mayBe(piece: PieceNumber, bytes: Buffer, at: number, left: number, sizes: PieceSizes): boolean {
    const { table } = this;
    const length = table.lengthOf(piece);
    if (length > left || length > sizes.max || !table.isWholeAmong(sizes.doublings, piece)) return false;
    // No hash decides these, so only the likeliest is tried. Had it been zeros, they would have been seen.
    if (length === left) return piece === this.#expected;
    if (length === sizes.max) return piece === this.#expected && !this.#holdsZeros(piece, length);
    if (length < sizes.min) return false;
    const limit = length < sizes.normal ? sizes.strictLimit : sizes.looseLimit;
    return gearHash(bytes, at + length) >>> 0 < limit;
  }

  #holdsZeros(piece: PieceNumber, length: number): boolean {
    return this.table.is(piece, this.#zeros.digestOf(length), length);
  }

  #search(bytes: Buffer, at: number, left: number, sizes: PieceSizes): void {
    const { table } = this;
    this.length = cutLength(bytes, at, left, sizes);
    if (this.length !== this.#guessed) digestInto(this.#scratch, bytes, at, at + this.length);
    this.known = table.find(this.#scratch, this.length);
    if (this.known !== NO_PIECE) this.#expected = this.known + 1;
    else if (this.#expected !== NO_PIECE && this.#expected < table.count) {
      // A piece that was changed in its midst mostly keeps its length.
      if (table.lengthOf(this.#expected) === this.length) this.#expected += 1;
    }
  }
}
