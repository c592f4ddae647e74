import { Failure } from '#kernel';
import type { Extent } from '#pieces';
import {
  COUNTS_BYTES,
  EXTENT_ROW,
  extentRowAt,
  FRAME_ROW,
  frameRowAt,
  INDEX_MARKS,
  type FrameRow,
  type Framing,
} from './index-rows.js';
import { isSlice, isWholeRow } from './index-rules.js';

/** A slice of the stream, and where in the stream it begins. */
export interface PlacedExtent extends Extent {
  readonly at: number;
}

/**
 * Where the frames of a backup lie, and which slices of which frames its stream consists of: in version 1 all of its own
 * frames, whole and in order. Kept as flat bytes: 24 a frame, and 24 a slice.
 */
export class FrameIndex {
  readonly framing: Framing;
  readonly #level: number;
  readonly #frames: Buffer;
  /** None in version 1. */
  readonly #extents: Buffer | undefined;
  /** Where each slice begins in the stream; one more for the end. */
  readonly #starts: Float64Array;

  /** `index.damaged` when the bytes are no index of this format, or refer to what no backup of this level can have. */
  constructor(bytes: Buffer, level: number) {
    this.#level = level;
    const parts = partsOf(bytes);
    this.framing = parts.extents ? 'content-defined' : 'fixed';
    this.#frames = parts.frames;
    this.#extents = parts.extents;
    for (let i = 0; i < this.count; i += 1) this.#checkFrame(i);
    const slices = parts.extents ? parts.extents.length / EXTENT_ROW : this.count;
    this.#starts = new Float64Array(slices + 1);
    for (let i = 0; i < slices; i += 1) {
      const { length } = this.#slice(i);
      if (parts.extents) this.#checkExtent(i);
      this.#starts[i + 1] = (this.#starts[i] ?? 0) + length;
    }
  }

  /** Frames of this backup. */
  get count(): number {
    return this.#frames.length / FRAME_ROW;
  }

  /** Length of the whole stream in bytes. */
  get streamBytes(): number {
    return this.#starts[this.#starts.length - 1] ?? 0;
  }

  /** The row of a frame, or `undefined` when there are not so many. */
  frame(i: number): FrameRow | undefined {
    return i < this.count ? frameRowAt(this.#frames, i) : undefined;
  }

  /** The slices that hold any byte from `start` up to `end`, in stream order. */
  *between(start: number, end: number): Generator<PlacedExtent> {
    const count = this.#starts.length - 1;
    for (let i = this.#holding(start); i < count && (this.#starts[i] ?? 0) < end; i += 1) {
      const slice = this.#slice(i);
      if (slice.length > 0) yield { ...slice, at: this.#starts[i] ?? 0 };
    }
  }

  #slice(i: number): Extent {
    if (this.#extents) return extentRowAt(this.#extents, i);
    return { level: this.#level, frame: i, start: 0, length: frameRowAt(this.#frames, i).plain };
  }

  #checkFrame(i: number): void {
    if (isWholeRow(frameRowAt(this.#frames, i), i, this.framing)) return;
    throw new Failure('index.damaged', `row ${i} of the frame index is not valid`, { row: i });
  }

  #checkExtent(i: number): void {
    if (isSlice(this.#slice(i), this.#level, (frame) => this.frame(frame)?.plain ?? 0)) return;
    throw new Failure('index.damaged', `extent ${i} of the frame index is not valid`, { extent: i });
  }

  /** The last slice that begins at or before `at`. */
  #holding(at: number): number {
    let low = 0;
    let high = this.#starts.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function partsOf(bytes: Buffer): { frames: Buffer; extents?: Buffer } {
  const { fixed, 'content-defined': byContent } = INDEX_MARKS;
  const rows = bytes.subarray(fixed.length);
  if (startsWith(bytes, fixed) && rows.length % FRAME_ROW === 0) return { frames: rows };
  if (startsWith(bytes, byContent) && rows.length >= COUNTS_BYTES) {
    const frames = Number(rows.readBigUInt64LE(0)) * FRAME_ROW;
    const extents = Number(rows.readBigUInt64LE(8)) * EXTENT_ROW;
    const end = COUNTS_BYTES + frames;
    if (rows.length === end + extents)
      return { frames: rows.subarray(COUNTS_BYTES, end), extents: rows.subarray(end) };
  }
  throw new Failure('index.damaged', 'the frame index is not one of format 1');
}

function startsWith(bytes: Buffer, mark: Buffer): boolean {
  return bytes.subarray(0, mark.length).equals(mark);
}
