import type { Entry } from '#domain';

/** Some bytes of a stream, and the entries that end in them: what an engine yields. */
export interface StreamPart {
  readonly bytes: Buffer;
  readonly entries: readonly Entry[];
}

/** The largest frame, and the usual one: smaller frames compress worse, larger ones take more memory. */
const FULL_FRAME = 4 * 1024 * 1024;
/** Where a quarter would be less, down to the smallest segments. */
const LEAST_FRAME = 2048;

/** Smaller segments would be more overhead than data. */
export const MIN_SEGMENT_BYTES = 4096;
/** The index has 32 bits for the place of a frame in its segment. */
export const MAX_SEGMENT_BYTES = 2 ** 32;

/** Plain bytes of a frame, so that several fit into a segment, and a single file costs little of a small one. */
export function frameBytesFor(maxSegmentBytes: number): number {
  const quarter = Math.floor(maxSegmentBytes / 4 / 4096) * 4096;
  return Math.max(LEAST_FRAME, Math.min(FULL_FRAME, quarter));
}

/**
 * Cuts a stream into frames of `frameBytes` (the last may be shorter), telling `passed` about the bytes and entries as
 * they go by. Memory held: one frame.
 */
export async function* cutFrames(
  parts: AsyncIterable<StreamPart>,
  frameBytes: number,
  passed: (part: StreamPart) => Promise<void>,
): AsyncGenerator<Buffer> {
  let frame = Buffer.allocUnsafeSlow(frameBytes);
  let filled = 0;
  for await (const part of parts) {
    await passed(part);
    for (let at = 0; at < part.bytes.length;) {
      const copied = part.bytes.copy(frame, filled, at);
      at += copied;
      filled += copied;
      if (filled < frameBytes) continue;
      yield frame;
      frame = Buffer.allocUnsafeSlow(frameBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield frame.subarray(0, filled);
}
