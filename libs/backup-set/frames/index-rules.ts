import type { Extent } from '#pieces';
import { FRAME_OVERHEAD, MAX_PLAIN } from './frame-header.js';
import type { FrameRow, Framing } from './index-rows.js';

/** What holds for the rows of every index: whoever writes one looks before committing, whoever reads one before believing. */

/** Whether row `i` is one of a frame. What is read on the word of a row must be bounded, as it is for a header. */
export function isWholeRow({ plain, stored, number }: FrameRow, i: number, framing: Framing): boolean {
  const isBounded = plain > 0 && plain <= MAX_PLAIN && stored <= plain + FRAME_OVERHEAD;
  return isBounded && (framing === 'fixed' || number === i);
}

/**
 * Whether a backup of that level can have such an extent; `plainOf` tells the plain bytes of its own frames, 0 of others.
 * An extent may be empty: nothing is missing then, and builds before the release of 0.1 wrote some.
 */
export function isSlice(extent: Extent, level: number, plainOf: (frame: number) => number): boolean {
  if (extent.level > level) return false;
  const room = extent.level === level ? plainOf(extent.frame) : MAX_PLAIN;
  return extent.start + extent.length <= room;
}
