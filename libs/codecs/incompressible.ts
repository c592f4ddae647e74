import { constants, zstdCompressSync } from 'node:zlib';
import type { Codec } from './codec.js';

const WINDOWS = 16;
const WINDOW_BYTES = 2 << 10;
const SAMPLE_BYTES = WINDOWS * WINDOW_BYTES;
/** Less is not worth a look: it is compressed as quickly. */
const LEAST_BYTES = 2 * SAMPLE_BYTES;
/** One window of text among fifteen of noise is a gain of four percent, and makes compressing worth its while. */
const WORTHWHILE = 0.97;

const sample = Buffer.allocUnsafeSlow(SAMPLE_BYTES);
const quickly = {
  chunkSize: SAMPLE_BYTES + (1 << 10),
  params: { [constants.ZSTD_c_compressionLevel]: 1 },
};

/**
 * Whether compressing would most probably gain nothing: photographs, films, archives, what is encrypted. Judged by
 * sixteen windows spread over the bytes, in less than a tenth of a millisecond. What repeats only at a distance, and is
 * noise otherwise, is not noticed.
 */
export function isIncompressible(plain: Uint8Array): boolean {
  if (plain.length < LEAST_BYTES) return false;
  const stride = Math.floor((plain.length - WINDOW_BYTES) / (WINDOWS - 1));
  for (let i = 0; i < WINDOWS; i += 1) {
    sample.set(plain.subarray(i * stride, i * stride + WINDOW_BYTES), i * WINDOW_BYTES);
  }
  return zstdCompressSync(sample, quickly).length > WORTHWHILE * SAMPLE_BYTES;
}

/** The same codec, which does not try what looks incompressible. */
export function skippingCodec(codec: Codec): Codec {
  return {
    name: codec.name,
    compress: async (plain, signal) => (isIncompressible(plain) ? undefined : codec.compress(plain, signal)),
    decompress: (packed, plainLength, signal) => codec.decompress(packed, plainLength, signal),
    close: () => codec.close(),
  };
}
