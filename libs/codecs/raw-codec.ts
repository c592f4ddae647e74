import { Failure } from '#kernel';
import type { Codec } from './codec.js';

/** Stores bytes as they are. What it gives back is a view of what it was given. */
export const rawCodec: Codec = {
  name: 'none',
  compress: () => Promise.resolve(undefined),
  decompress: async (packed, plainLength, signal) => {
    signal?.throwIfAborted();
    if (packed.length === plainLength)
      return Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
    const message = `${packed.length} bytes stored as they are should be ${plainLength} bytes`;
    throw new Failure('codec.failed', message, { codec: 'none', plainLength });
  },
  close: () => Promise.resolve(),
};
