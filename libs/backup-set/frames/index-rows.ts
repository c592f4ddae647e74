import type { Extent } from '#pieces';

/** The parts of an index: their bytes are the format, see `docs/format.md`. */

/** How a stream is cut into frames: equally long, or by its content and with what is stored already left out. */
export type Framing = 'fixed' | 'content-defined';

/** What an index begins with tells its version. */
export const INDEX_MARKS = {
  fixed: Buffer.from('firn index 1\n', 'latin1'),
  'content-defined': Buffer.from('firn index 2\n', 'latin1'),
} as const satisfies Record<Framing, Buffer>;
/** Numbers of frames and of extents, 8 bytes each, behind the mark of version 2. */
export const COUNTS_BYTES = 16;

export const FRAME_ROW = 24;
export const EXTENT_ROW = 16;

/** Where a frame lies. */
export interface FrameRow {
  readonly segment: number;
  readonly offset: number;
  readonly stored: number;
  readonly plain: number;
  readonly number: number;
}

export function writeFrameRow(bytes: Buffer, row: FrameRow): void {
  bytes.writeUInt32LE(row.segment, 0);
  bytes.writeUInt32LE(row.offset, 4);
  bytes.writeUInt32LE(row.stored, 8);
  bytes.writeUInt32LE(row.plain, 12);
  bytes.writeBigUInt64LE(BigInt(row.number), 16);
}

export function frameRowAt(rows: Buffer, i: number): FrameRow {
  const at = i * FRAME_ROW;
  return {
    segment: rows.readUInt32LE(at),
    offset: rows.readUInt32LE(at + 4),
    stored: rows.readUInt32LE(at + 8),
    plain: rows.readUInt32LE(at + 12),
    number: Number(rows.readBigUInt64LE(at + 16)),
  };
}

export function writeExtentRow(bytes: Buffer, extent: Extent): void {
  bytes.writeUInt32LE(extent.level, 0);
  bytes.writeUInt32LE(extent.frame, 4);
  bytes.writeUInt32LE(extent.start, 8);
  bytes.writeUInt32LE(extent.length, 12);
}

export function extentRowAt(rows: Buffer, i: number): Extent {
  const at = i * EXTENT_ROW;
  return {
    level: rows.readUInt32LE(at),
    frame: rows.readUInt32LE(at + 4),
    start: rows.readUInt32LE(at + 8),
    length: rows.readUInt32LE(at + 12),
  };
}
