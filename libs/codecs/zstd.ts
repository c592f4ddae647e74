import { constants, createZstdCompress, zstdDecompress } from 'node:zlib';
import { SPARE_BYTES } from './discard.js';
import type { ZlibMethod } from './pooled-codec.js';
import { SLAB_BYTES } from './standing-compressor.js';
import { zstdFrame } from './zstd-frame.js';

/** What a compressor may look back, and a decompressor must hold, whatever the size of the frame. */
const USUAL_WINDOW_BYTES = 8 << 20;

/**
 * What is used when no level is asked for: level 2 that looks back over a whole frame. On a system tree it is about a
 * third quicker than level 3 and 2 % larger (docs/decisions/0021).
 */
const BALANCED = {
  [constants.ZSTD_c_compressionLevel]: 2,
  [constants.ZSTD_c_strategy]: constants.ZSTD_fast,
  [constants.ZSTD_c_hashLog]: 16,
  [constants.ZSTD_c_minMatch]: 6,
  [constants.ZSTD_c_windowLog]: 22,
};

/** Zstandard, at a level or balanced; a frame for each buffer, with the plain length in its header. */
export function zstd(level: number | undefined): ZlibMethod {
  return {
    name: 'zstd',
    compressor: () => ({
      // With ZSTD_e_end each write is a frame of its own, made in one go, so that the compressor knows its length.
      stream: createZstdCompress({
        flush: constants.ZSTD_e_end,
        chunkSize: SLAB_BYTES,
        params: level === undefined ? BALANCED : { [constants.ZSTD_c_compressionLevel]: level },
      }),
    }),
    trimmed,
    decompress,
  };
}

/** When a frame fills its last slab to the brim, Node asks once more, and zstd answers with an empty frame. */
function trimmed(packed: Buffer): Buffer {
  const { length } = zstdFrame(packed);
  return length === packed.length ? packed : Buffer.from(packed.subarray(0, length));
}

async function decompress(packed: Uint8Array, plainLength: number): Promise<Buffer> {
  const frame = zstdFrame(packed);
  // zlib stops at the end of the first frame, and says nothing about what follows.
  if (frame.length !== packed.length) throw new Error('something follows the frame');
  if (frame.plainLength !== undefined && frame.plainLength !== plainLength) {
    throw new Error(`it says that it holds ${frame.plainLength} bytes`);
  }
  if (frame.windowBytes > Math.max(USUAL_WINDOW_BYTES, plainLength)) {
    throw new Error(`it asks for a window of ${frame.windowBytes} bytes`);
  }
  // With room for the whole frame zstd unpacks right into the result, and needs no window.
  const options = { chunkSize: plainLength + SPARE_BYTES, maxOutputLength: Math.max(1, plainLength) };
  return new Promise((resolve, reject) => {
    zstdDecompress(packed, options, (error, plain) => (error ? reject(error) : resolve(plain)));
  });
}
