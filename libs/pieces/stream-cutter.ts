import { FrameFiller, type FramedRows } from './frame-filler.js';
import type { FramerOptions, FramerPart } from './framer.js';
import { PieceFinder } from './piece-finder.js';
import { pieceSizes, type PieceSizes } from './piece-sizes.js';
import { NO_PIECE, PieceTable } from './piece-table.js';
import type { Rows } from './rows.js';

type Content = FramerPart['contents'][number];

/**
 * Frames a stream: contents cut into pieces, and all between them as it comes. What comes out does not depend on where
 * the stream is parted. Memory held: the table, a frame, two of the longest pieces, and what has not been taken.
 */
export class StreamCutter {
  readonly #table: PieceTable;
  readonly #finder: PieceFinder;
  readonly #filler: FrameFiller;
  /** Where the next part begins in the stream. */
  #position = 0;
  #sizes: PieceSizes;
  /** Bytes of the content in hand that are not cut yet; the first of them are in `#carry`. */
  #left = 0;
  /** What was left of a part, too short to tell where it is to be cut. */
  #carry: Buffer = Buffer.alloc(0);
  #carried = 0;

  constructor(private readonly options: Pick<FramerOptions, 'level' | 'frameBytes' | 'tableBytes'>) {
    this.#sizes = pieceSizes(0, options.frameBytes);
    this.#table = new PieceTable(options.tableBytes);
    this.#finder = new PieceFinder(this.#table);
    this.#filler = new FrameFiller(options.level, options.frameBytes);
  }

  know(pieces: Rows): void {
    this.#table.addKnown(pieces);
  }

  /** Frames the next part, and gives what is ready. Contents begin in the part, rising, after the end of the one before. */
  push(part: Buffer, contents: readonly Content[]): FramedRows[] {
    let at = 0;
    for (const content of contents) {
      const begin = content.at - this.#position;
      this.#frameUpTo(part, at, begin);
      this.#begin(content);
      at = begin;
    }
    this.#frameUpTo(part, at, part.length);
    this.#position += part.length;
    return this.#filler.take();
  }

  /** Frames the rest. A content that was to be longer ends here. */
  end(): FramedRows[] {
    this.#left = this.#carried;
    for (let at = 0; at < this.#carried;) at += this.#piece(this.#carry, at);
    this.#filler.end();
    return this.#filler.take();
  }

  #begin(content: Content): void {
    this.#left = content.length;
    this.#sizes = pieceSizes(content.length, this.options.frameBytes);
    const room = this.#sizes.max * 2;
    if (this.#carry.length < room) this.#carry = Buffer.allocUnsafeSlow(room);
  }

  /** Frames the bytes of `part` from `at` to `end`: the rest of the content in hand, and what follows it. */
  #frameUpTo(part: Buffer, at: number, end: number): void {
    const contentEnd = Math.min(end, at + this.#left - this.#carried);
    if (contentEnd > at) this.#cut(part, at, contentEnd);
    this.#filler.addPlain(part, contentEnd, end);
  }

  #cut(part: Buffer, from: number, end: number): void {
    let at = from;
    if (this.#carried > 0) {
      const cut = this.#cutCarried(part, at, end);
      if (cut === undefined) return;
      at = cut;
    }
    while (at < end && end - at >= this.#needed) at += this.#piece(part, at);
    this.#carried = part.copy(this.#carry, 0, at, end);
  }

  /** Cuts what was carried, with what follows it; gives where in the part the next piece begins, unless it is too short. */
  #cutCarried(part: Buffer, at: number, end: number): number | undefined {
    const carried = this.#carried;
    const joined = carried + part.copy(this.#carry, carried, at, Math.min(end, at + this.#sizes.max));
    let cut = 0;
    while (cut < carried && joined - cut >= this.#needed) cut += this.#piece(this.#carry, cut);
    if (cut >= carried) {
      this.#carried = 0;
      return at + cut - carried;
    }
    this.#carry.copyWithin(0, cut, joined);
    this.#carried = joined - cut;
    return undefined;
  }

  /** Bytes that must be there for the next cut to be certain. */
  get #needed(): number {
    return Math.min(this.#left, this.#sizes.max);
  }

  /** Cuts the next piece, finds it or stores it, and gives its length. */
  #piece(bytes: Buffer, at: number): number {
    const finder = this.#finder;
    finder.next(bytes, at, this.#left, this.#sizes);
    const { length, known } = finder;
    if (known === NO_PIECE) this.#store(bytes, at, length);
    else this.#refer(known, length);
    this.#left -= length;
    return length;
  }

  #store(bytes: Buffer, at: number, length: number): void {
    const { digest } = this.#finder;
    const start = this.#filler.addPiece(bytes, at, at + length, digest);
    const { level } = this.options;
    this.#table.add(digest, level, this.#filler.number, start, length, this.#sizes.doublings);
  }

  #refer(piece: number, length: number): void {
    const table = this.#table;
    this.#filler.refer(table.levelOf(piece), table.frameOf(piece), table.startOf(piece), length);
  }
}
