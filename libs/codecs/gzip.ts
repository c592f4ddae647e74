import { constants, createGzip, gunzip, type ZlibOptions, type ZlibReset } from 'node:zlib';
import { SPARE_BYTES } from './discard.js';
import type { ZlibMethod } from './pooled-codec.js';
import { SLAB_BYTES } from './standing-compressor.js';

/** The plain length, modulo 2^32, stands at the very end. */
const LENGTH_BYTES = 4;

/** gzip at a level, a member for each buffer. */
export function gzip(level: number): ZlibMethod {
  return {
    name: 'gzip',
    compressor: () => {
      // With Z_FINISH each write is a member of its own. That a Gzip can be reset, the types do not know.
      const options = { level, flush: constants.Z_FINISH, chunkSize: SLAB_BYTES };
      const stream = createGzip(options) as ReturnType<typeof createGzip> & ZlibReset;
      return { stream, reset: () => stream.reset() };
    },
    decompress,
  };
}

async function decompress(packed: Uint8Array, plainLength: number): Promise<Buffer> {
  // Looked at first, so that an empty member at the end, which adds nothing, is not overlooked.
  if (lastLength(packed) !== plainLength % 2 ** 32) throw new Error('it does not say that it holds as many');
  const { plain, consumed } = await gunzipped(packed, {
    chunkSize: plainLength + SPARE_BYTES,
    maxOutputLength: Math.max(1, plainLength),
  });
  // zlib takes zeros behind the end for padding, and says nothing.
  if (consumed !== packed.length) throw new Error('something follows its end');
  return plain;
}

function lastLength(packed: Uint8Array): number | undefined {
  const { buffer, byteOffset, byteLength } = packed;
  if (byteLength < LENGTH_BYTES) return undefined;
  return Buffer.from(buffer, byteOffset, byteLength).readUInt32LE(byteLength - LENGTH_BYTES);
}

function gunzipped(packed: Uint8Array, options: ZlibOptions): Promise<{ plain: Buffer; consumed: number }> {
  return new Promise((resolve, reject) => {
    gunzip(packed, { ...options, info: true }, (error, result) => {
      if (error) return reject(error);
      // `info` changes what is handed over, which the types do not know.
      const { buffer, engine } = result as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
      resolve({ plain: buffer, consumed: engine.bytesWritten });
    });
  });
}
