import type { KnownPiece, PiecePlace } from './known-piece.js';

/** A slice of the stream, and where its bytes are: in a frame of this backup, or of a level below it. */
export interface Extent extends PiecePlace {
  readonly length: number;
}

/** Some of a stream's bytes, to be framed. */
export interface FramerPart {
  /** Given away: the framer empties it, where it lies at the beginning of memory of its own; others it copies. */
  readonly bytes: Buffer;
  /** Large file contents that begin among these bytes, rising: offset in the whole stream, and length in it. */
  readonly contents: readonly { readonly at: number; readonly length: number }[];
}

/** What becomes of some of the stream. */
export interface Framed {
  /** Bytes that nothing holds yet: the next frame of this backup, counted from 0. `undefined`: only extents. */
  readonly frame: Buffer | undefined;
  /**
   * The stream's next bytes, in order, neighbours joined. They may lie in a frame of this backup that is yet to come, but
   * only in the very next one.
   */
  readonly extents: readonly Extent[];
  /** Pieces in `frame` that later levels may find again. */
  readonly pieces: readonly KnownPiece[];
}

export interface FramerOptions {
  /** Level of the backup that is made. */
  readonly level: number;
  /** Plain bytes of a frame, at most; at least 2,048. */
  readonly frameBytes: number;
  /** What the levels below hold, read once at the beginning. */
  readonly known: AsyncIterable<readonly KnownPiece[]>;
  /** Memory for the table of pieces, in bytes. When it is full, pieces are no longer remembered: they are stored again. */
  readonly tableBytes: number;
  readonly signal: AbortSignal;
}

/** Cuts one stream into pieces and frames, in a thread of its own. */
export interface Framer {
  /**
   * The framed stream, in order; asked for once. At most three parts are in work or not handed over, so whoever reads
   * slowly slows down the source. Rejects with what `parts` or `known` reject with, with the signal's reason at once when
   * it is aborted, and with `internal.unexpected` when the thread throws or ends; the thread is over afterwards.
   */
  frame(parts: AsyncIterable<FramerPart>): AsyncIterable<Framed>;
  /** Ends the thread; what is being framed rejects with `run.cancelled`. */
  close(): Promise<void>;
}
