import type { Digest } from './digest.js';
import { EXTENT_WORDS, PIECE_WORDS, RowList, type Rows } from './rows.js';

/** A `Framed` on its way between threads. */
export interface FramedRows {
  readonly frame: Buffer<ArrayBuffer> | undefined;
  readonly extents: Rows;
  readonly pieces: Rows;
}

/** Extents that wait for the frame to be full, at most: where all is known already, none may ever be. */
const WAITING_EXTENTS = 4096;

/** Puts new bytes into frames, and tells where the stream's bytes are. Memory held: the frame that is being filled. */
export class FrameFiller {
  #frame: Buffer<ArrayBuffer> | undefined;
  /** Bytes in `#frame`. */
  #filled = 0;
  /** Number of `#frame`. */
  #number = 0;
  readonly #extents = new RowList(EXTENT_WORDS);
  readonly #pieces = new RowList(PIECE_WORDS);
  #ready: FramedRows[] = [];

  constructor(
    private readonly level: number,
    private readonly frameBytes: number,
  ) {}

  /** Number of the frame that the last piece lies in. */
  get number(): number {
    return this.#number;
  }

  /** Stores bytes that are no piece; they may lie across frames. */
  addPlain(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at < to;) {
      // A piece may have filled it to its last byte: an extent of none of them would be refused by whoever reads it.
      if (this.#filled === this.frameBytes) this.#closeFrame();
      const count = Math.min(to - at, this.frameBytes - this.#filled);
      this.#append(bytes, at, at + count);
      at += count;
      // At once, so that nobody waits for a frame that is done.
      if (this.#filled === this.frameBytes) this.#closeFrame();
    }
  }

  /** Stores a piece in one frame, and tells where in it. */
  addPiece(bytes: Buffer, from: number, to: number, digest: Digest): number {
    const length = to - from;
    if (this.#filled + length > this.frameBytes) this.#closeFrame();
    const start = this.#filled;
    this.#append(bytes, from, to);
    this.#pieces.add(this.level, this.#number, start, length, digest);
    return start;
  }

  /** The stream's next bytes are stored there already. */
  refer(level: number, frame: number, start: number, length: number): void {
    if (this.#extents.prolong(level, frame, start, length)) return;
    if (this.#extents.count === WAITING_EXTENTS) this.#tell(undefined, WAITING_EXTENTS);
    this.#extents.add(level, frame, start, length);
  }

  /** What is ready to be handed out, and forgotten here. */
  take(): FramedRows[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  end(): void {
    if (this.#filled > 0) this.#closeFrame();
    if (this.#extents.count > 0) this.#tell(undefined, this.#extents.count);
  }

  #append(bytes: Buffer, from: number, to: number): void {
    this.#frame ??= Buffer.allocUnsafeSlow(this.frameBytes);
    bytes.copy(this.#frame, this.#filled, from, to);
    this.refer(this.level, this.#number, this.#filled, to - from);
    this.#filled += to - from;
  }

  #closeFrame(): void {
    // What comes next lies in another frame, so no extent that is told here could have been prolonged.
    this.#tell(this.#frame?.subarray(0, this.#filled), this.#extents.count);
    this.#frame = undefined;
    this.#filled = 0;
    this.#number += 1;
  }

  #tell(frame: Buffer<ArrayBuffer> | undefined, extents: number): void {
    const pieces = this.#pieces.take(frame ? this.#pieces.count : 0);
    this.#ready.push({ frame, extents: this.#extents.take(extents), pieces });
  }
}
