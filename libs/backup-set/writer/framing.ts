import type { Slabs } from '#codecs';
import { openFramer, type Framed, type FramerPart } from '#pieces';
import type { Framing } from '../frames/index-rows.js';
import { knownPieces } from '../reader/known-pieces.js';
import { cutFrames, frameBytesFor, MAX_SEGMENT_BYTES, sharedFrameBytesFor } from './frame-cutter.js';
import type { NewBackup, WriterDeps } from './new-backup.js';

/** Memory for finding pieces again: enough for a hundred gigabytes of large files. */
const USUAL_TABLE_BYTES = 64 << 20;

/** Plain bytes of a frame. */
export function frameBytesOf({ maxSegmentBytes }: WriterDeps, framing: Framing): number {
  const bytes = Math.min(maxSegmentBytes, MAX_SEGMENT_BYTES);
  return framing === 'fixed' ? frameBytesFor(bytes) : sharedFrameBytesFor(bytes);
}

/** A stream as frames, and, when it is cut by its content, as what it consists of. */
export async function* framesOf(
  parts: AsyncIterable<FramerPart>,
  slabs: Slabs,
  deps: WriterDeps,
  { framing, level, below = [] }: NewBackup,
  signal: AbortSignal,
): AsyncGenerator<Framed> {
  if (framing === 'fixed') {
    for await (const frame of cutFrames(parts, slabs)) yield { frame, extents: [], pieces: [] };
    return;
  }
  const { tableBytes = USUAL_TABLE_BYTES } = deps;
  const frameBytes = slabs.bytes;
  const framer = openFramer({ level, frameBytes, known: knownPieces(below, signal), tableBytes, signal });
  try {
    yield* framer.frame(parts);
  } finally {
    await framer.close();
  }
}
