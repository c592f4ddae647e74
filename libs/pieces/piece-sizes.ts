/** How long the pieces of one content are. Lengths in bytes. */
export interface PieceSizes {
  /** How often the sizes were doubled; below 0, halved. */
  readonly doublings: number;
  /** No piece is shorter, but for the last of its content. */
  readonly min: number;
  /** From here on a cut is four times as likely, so that lengths gather here. */
  readonly normal: number;
  readonly max: number;
  /** A place whose gear hash, unsigned, is below it is a cut: for lengths below `normal`. */
  readonly strictLimit: number;
  /** The same for lengths from `normal` on. */
  readonly looseLimit: number;
}

// On bytes without a pattern the mean is 24 KiB. Tried among others of that mean: these find most again around a change.
// They are part of no format.
const MIN = 8 << 10;
const NORMAL = 20 << 10;
const MAX = 64 << 10;
const STRICT_BITS = 15;
const LOOSE_BITS = 13;

/** Up to here a content has the sizes above; above it they double with its length, so that it has below a million pieces. */
const LARGE = 16 * 2 ** 30;

/** A hash has 32 bits; two are left. */
const MOST_DOUBLINGS = 14;

export const LEAST_FRAME_BYTES = 2048;

/** Lengths of the pieces of a content, such that each fits into a frame. The same for all contents of a similar length. */
export function pieceSizes(contentLength: number, frameBytes: number): PieceSizes {
  let doublings = 0;
  while (doublings < MOST_DOUBLINGS && contentLength > LARGE * 2 ** doublings) doublings += 1;
  while (MAX * 2 ** doublings > frameBytes) doublings -= 1;
  const scale = 2 ** doublings;
  return {
    doublings,
    min: MIN * scale,
    normal: NORMAL * scale,
    max: MAX * scale,
    strictLimit: 2 ** (32 - STRICT_BITS - doublings),
    looseLimit: 2 ** (32 - LOOSE_BITS - doublings),
  };
}
