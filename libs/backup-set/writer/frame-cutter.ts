import type { Slabs } from '#codecs';

/** The largest frame, and the usual one: smaller frames compress worse, larger ones take more memory. */
const FULL_FRAME = 4 * 1024 * 1024;
/** Where a quarter would be less, down to the smallest segments. */
const LEAST_FRAME = 2048;
/** Later levels read single pieces of such frames. */
const SHARED_FRAME = 1024 * 1024;

/** Smaller segments would be more overhead than data. */
export const MIN_SEGMENT_BYTES = 4096;
/** The index has 32 bits for the place of a frame in its segment. */
export const MAX_SEGMENT_BYTES = 2 ** 32;

/** Plain bytes of a frame, so that several fit into a segment, and a single file costs little of a small one. */
export function frameBytesFor(maxSegmentBytes: number): number {
  const quarter = Math.floor(maxSegmentBytes / 4 / 4096) * 4096;
  return Math.max(LEAST_FRAME, Math.min(FULL_FRAME, quarter));
}

/** The same for a stream that is cut by its content. */
export function sharedFrameBytesFor(maxSegmentBytes: number): number {
  return Math.min(SHARED_FRAME, frameBytesFor(maxSegmentBytes));
}

/**
 * Cuts a stream into frames as large as the slabs (the last may be shorter). A part that is just a frame is given on as it is,
 * without a copy. Memory held: one frame.
 */
export async function* cutFrames(
  parts: AsyncIterable<{ readonly bytes: Buffer }>,
  slabs: Slabs,
): AsyncGenerator<Buffer> {
  const frameBytes = slabs.bytes;
  let frame: Buffer = Buffer.alloc(0);
  let filled = 0;
  for await (const part of parts) {
    if (filled === 0 && part.bytes.length === frameBytes) {
      yield part.bytes;
      continue;
    }
    for (let at = 0; at < part.bytes.length;) {
      if (filled === 0) frame = slabs.take();
      const copied = part.bytes.copy(frame, filled, at);
      at += copied;
      filled += copied;
      if (filled < frameBytes) continue;
      yield frame;
      filled = 0;
    }
  }
  if (filled > 0) yield frame.subarray(0, filled);
}
