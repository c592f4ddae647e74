import type { Framed, FramerOptions, FramerPart } from './framer.js';
import { extentsOf, piecesOf, type Rows } from './rows.js';

/** What the thread is given when it starts. */
export type ThreadSettings = Pick<FramerOptions, 'level' | 'frameBytes' | 'tableBytes'>;

/** What is asked of the thread. It answers each, in order, with what became ready. */
export type Order =
  | { readonly order: 'know'; readonly pieces: Rows }
  | { readonly order: 'frame'; readonly bytes: Uint8Array; readonly contents: FramerPart['contents'] }
  | { readonly order: 'end' };

/** A {@link Framed} as it comes from the thread. */
export interface FramedReply {
  readonly frame: Uint8Array | undefined;
  readonly extents: Rows;
  readonly pieces: Rows;
}

export function framedOf({ frame, extents, pieces }: FramedReply): Framed {
  return {
    frame: frame && Buffer.from(frame.buffer, frame.byteOffset, frame.length),
    extents: extentsOf(extents),
    pieces: piecesOf(pieces),
  };
}
