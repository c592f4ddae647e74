import { Failure } from '#kernel';
import { FrameIndex } from '../frames/frame-index.js';
import type { Manifest } from '../manifest.js';

/** An index that fits its manifest. Rejects with `index.damaged`. */
export async function readIndex(bytes: AsyncIterable<Buffer>, manifest: Manifest): Promise<FrameIndex> {
  const pieces: Buffer[] = [];
  for await (const piece of bytes) pieces.push(piece);
  const index = new FrameIndex(Buffer.concat(pieces), manifest.level);
  const framing = manifest.pieces ? 'content-defined' : 'fixed';
  if (index.streamBytes === manifest.totals.streamBytes && index.framing === framing) return index;
  const { backup } = manifest;
  throw new Failure('index.damaged', `the frame index of backup ${backup} does not add up`, { backup });
}

/** Frames tell their numbers, not which of their bytes a stream consists of that was cut by its content. */
export function beyondRescue({ backup }: Manifest, failure: Failure): Failure {
  return new Failure(
    'index.damaged',
    `the frame index of backup ${backup} is damaged, and it alone told what the stream consists of: it cannot be made ` +
      `anew; restore the level below, or use another copy`,
    { backup },
    failure,
  );
}
