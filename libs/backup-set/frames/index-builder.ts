import { Failure } from '#kernel';
import type { Extent } from '#pieces';
import { FlatRows } from './flat-rows.js';
import {
  COUNTS_BYTES,
  EXTENT_ROW,
  extentRowAt,
  FRAME_ROW,
  frameRowAt,
  INDEX_MARKS,
  writeExtentRow,
  writeFrameRow,
  type FrameRow,
  type Framing,
} from './index-rows.js';
import { isSlice, isWholeRow } from './index-rules.js';

/** Collects the rows of an index while its stream is written. Memory held: 24 bytes a frame, 16 an extent. */
export class FrameIndexBuilder {
  readonly #framing: Framing;
  readonly #frames = new FlatRows(FRAME_ROW);
  readonly #extents = new FlatRows(EXTENT_ROW);

  constructor(framing: Framing = 'fixed') {
    this.#framing = framing;
  }

  add(row: FrameRow): void {
    writeFrameRow(this.#frames.add(), row);
  }

  /** The next slice of a stream that is cut by its content. */
  addExtent(extent: Extent): void {
    writeExtentRow(this.#extents.add(), extent);
  }

  get count(): number {
    return this.#frames.count;
  }

  /** Throws when a reader would refuse the index, or step over any of it: such a backup must never be committed. */
  check(level: number): void {
    const frames = this.#frames.count;
    const plainOf = (frame: number) => (frame < frames ? frameRowAt(this.#frames.row(frame), 0).plain : 0);
    for (let i = 0; i < frames; i += 1) {
      if (!isWholeRow(frameRowAt(this.#frames.row(i), 0), i, this.#framing)) throw unreadable('row', i);
    }
    for (let i = 0; i < this.#extents.count; i += 1) {
      const extent = extentRowAt(this.#extents.row(i), 0);
      if (extent.length === 0 || !isSlice(extent, level, plainOf)) throw unreadable('extent', i);
    }
  }

  /** The bytes of the index, one behind the other. */
  *bytes(): Generator<Buffer> {
    yield INDEX_MARKS[this.#framing];
    if (this.#framing === 'content-defined') yield this.#counts();
    yield* this.#frames.bytes();
    yield* this.#extents.bytes();
  }

  encode(): Buffer {
    return Buffer.concat([...this.bytes()]);
  }

  #counts(): Buffer {
    const counts = Buffer.alloc(COUNTS_BYTES);
    counts.writeBigUInt64LE(BigInt(this.#frames.count), 0);
    counts.writeBigUInt64LE(BigInt(this.#extents.count), 8);
    return counts;
  }
}

function unreadable(what: 'row' | 'extent', i: number): Failure {
  return new Failure('internal.unexpected', `${what} ${i} of the frame index could not be read again`);
}
