/**
 * A random number for each byte. The hash of a place is the sum of those of the 32 bytes before it, each doubled once for
 * each byte that follows it, in 32 bits: what lies further back has been shifted out.
 *
 * These numbers are part of no format: others only cut elsewhere, so that an increment finds less of its base again.
 */
export const gear: Int32Array = gearOf(0x6669726e);

/** Bytes that the hash of a place depends on. */
export const GEAR_WINDOW = 32;

/** The hash of the place `at`: of the `window` bytes before it. */
export function gearHash(bytes: Uint8Array, at: number, window = GEAR_WINDOW): number {
  let hash = 0;
  for (let i = at - window; i < at; i += 1) hash = ((hash << 1) + (gear[bytes[i] as number] as number)) | 0;
  return hash;
}

/** Splitmix, of 32 bits. */
function gearOf(seed: number): Int32Array {
  let state = seed;
  return Int32Array.from({ length: 256 }, () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  });
}
