import { Failure } from '#kernel';
import { FRAME_OVERHEAD, MAX_PLAIN } from './frame-header.js';

/**
 * Where each frame of the data stream lies. Kept as one flat buffer, 24 bytes a frame: a terabyte in frames of 4 MiB
 * takes 6 MB. Rows are in stream order; a row is segment (u32), offset in it (u32), stored bytes (u32), plain bytes
 * (u32) and frame number (u64), little endian.
 */

const ROW = 24;
const MAGIC = Buffer.from('firn index 1\n', 'latin1');

export interface FrameRow {
  readonly segment: number;
  readonly offset: number;
  readonly stored: number;
  readonly plain: number;
  readonly number: number;
}

/** A row, and where its plaintext begins in the stream. */
export interface PlacedFrame extends FrameRow {
  readonly at: number;
}

/** Collects rows while frames are written. */
export class FrameIndexBuilder {
  #rows = Buffer.alloc(ROW * 256);
  #count = 0;

  add(row: FrameRow): void {
    const at = this.#count * ROW;
    if (at + ROW > this.#rows.length)
      this.#rows = Buffer.concat([this.#rows, Buffer.alloc(this.#rows.length)]);
    this.#rows.writeUInt32LE(row.segment, at);
    this.#rows.writeUInt32LE(row.offset, at + 4);
    this.#rows.writeUInt32LE(row.stored, at + 8);
    this.#rows.writeUInt32LE(row.plain, at + 12);
    this.#rows.writeBigUInt64LE(BigInt(row.number), at + 16);
    this.#count += 1;
  }

  get count(): number {
    return this.#count;
  }

  encode(): Buffer {
    return Buffer.concat([MAGIC, this.#rows.subarray(0, this.#count * ROW)]);
  }
}

/** Finds the frames that hold a range of the stream. */
export class FrameIndex {
  readonly #rows: Buffer;
  /** Where each frame's plaintext begins; one more for the end. */
  readonly #starts: Float64Array;

  /** `index.damaged` when the bytes are no index of this format. */
  constructor(bytes: Buffer) {
    const rows = bytes.subarray(MAGIC.length);
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC) || rows.length % ROW !== 0) {
      throw new Failure('index.damaged', 'the frame index is not one of format 1');
    }
    this.#rows = rows;
    this.#starts = new Float64Array(rows.length / ROW + 1);
    for (let i = 0; i < this.count; i += 1) {
      const plain = rows.readUInt32LE(i * ROW + 12);
      // What is read on the word of a row must be bounded, as it is for a header.
      if (plain === 0 || plain > MAX_PLAIN || rows.readUInt32LE(i * ROW + 8) > plain + FRAME_OVERHEAD) {
        throw new Failure('index.damaged', `row ${i} of the frame index is not valid`, { row: i });
      }
      this.#starts[i + 1] = (this.#starts[i] ?? 0) + plain;
    }
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  /** Length of the whole stream in bytes. */
  get streamBytes(): number {
    return this.#starts[this.count] ?? 0;
  }

  frame(i: number): PlacedFrame {
    const at = i * ROW;
    return {
      at: this.#starts[i] ?? 0,
      segment: this.#rows.readUInt32LE(at),
      offset: this.#rows.readUInt32LE(at + 4),
      stored: this.#rows.readUInt32LE(at + 8),
      plain: this.#rows.readUInt32LE(at + 12),
      number: Number(this.#rows.readBigUInt64LE(at + 16)),
    };
  }

  /** The frames that hold any byte from `start` up to `end`, in stream order. */
  *between(start: number, end: number): Generator<PlacedFrame> {
    for (let i = this.#holding(start); i < this.count && (this.#starts[i] ?? 0) < end; i += 1)
      yield this.frame(i);
  }

  /** The last frame that begins at or before `at`. */
  #holding(at: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
