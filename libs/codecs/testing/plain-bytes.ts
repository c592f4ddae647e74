import fc from 'fast-check';

/** What a buffer looks like to a compressor. */
export type Texture = 'zeros' | 'text' | 'noise' | 'patches';

const WORDS = [
  'segment',
  'frame',
  'manifest',
  'chain',
  'level',
  ' of ',
  ' and ',
  '\n',
  'restore point ',
  '0123456789',
];
const PATCH_BYTES = 3000;

/** Always the same bytes for the same arguments. */
export function plainBytes(texture: Texture, length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  if (texture === 'noise') fillNoise(bytes, seed);
  if (texture === 'text') fillText(bytes, seed);
  if (texture === 'patches') {
    for (let at = 0; at < length; at += 2 * PATCH_BYTES)
      fillNoise(bytes.subarray(at, at + PATCH_BYTES), seed + at);
  }
  return bytes;
}

/** Buffers of 0 to `most` bytes; small ones are as frequent as big ones. */
export function anyPlainBytes(most: number): fc.Arbitrary<Buffer> {
  const length = fc.oneof(fc.nat(300), fc.nat(Math.min(most, 150_000)), fc.nat(most));
  const texture = fc.constantFrom<Texture>('zeros', 'text', 'noise', 'patches');
  return fc
    .record({ texture, length, seed: fc.integer({ min: 1 }) })
    .map((r) => plainBytes(r.texture, r.length, r.seed));
}

/** Marsaglia's xorshift: no compressor finds a pattern in it. */
function* noise(seed: number): Generator<number, never> {
  let x = seed | 1;
  for (;;) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

function fillNoise(bytes: Buffer, seed: number): void {
  const numbers = noise(seed);
  const whole = bytes.length - (bytes.length % 4);
  for (let at = 0; at < whole; at += 4) bytes.writeUInt32LE(numbers.next().value, at);
  for (let at = whole; at < bytes.length; at += 1) bytes[at] = numbers.next().value;
}

function fillText(bytes: Buffer, seed: number): void {
  const numbers = noise(seed);
  for (let at = 0; at < bytes.length;) {
    const number = numbers.next().value;
    at += bytes.write((WORDS[number % WORDS.length] ?? '') + String(number % 977), at) || bytes.length;
  }
}
