import { firstBelow } from './gear-scan.js';
import type { PieceSizes } from './piece-sizes.js';

/**
 * Length of the piece that begins at `at`, with `left` bytes to the end of its content. It depends on the piece's own
 * bytes, the sizes and `left` alone. `bytes` go on for `left`, or for the longest piece.
 */
export function cutLength(bytes: Uint8Array, at: number, left: number, sizes: PieceSizes): number {
  const longest = Math.min(left, sizes.max);
  if (longest <= sizes.min) return longest;
  const normal = Math.min(sizes.normal, longest);
  const early = firstBelow(bytes, at + sizes.min, at + normal, sizes.strictLimit);
  if (early >= 0) return early - at;
  const late = firstBelow(bytes, at + normal, at + longest, sizes.looseLimit);
  return late >= 0 ? late - at : longest;
}
