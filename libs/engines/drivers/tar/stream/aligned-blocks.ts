import { BLOCK, malformed } from './tar-header.js';

/**
 * The same bytes in buffers of whole blocks. Rejects with `engine.stream-malformed` when the last block is not whole.
 * Memory held: one buffer of the source.
 */
export async function* alignedBlocks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const piece of bytes) {
    let buffer = asBuffer(piece);
    if (rest.length > 0) {
      // One block is put together; the others stay where they are, without a copy.
      const missing = BLOCK - rest.length;
      rest = Buffer.concat([rest, buffer.subarray(0, missing)]);
      if (rest.length < BLOCK) continue;
      yield rest;
      offset += BLOCK;
      buffer = buffer.subarray(missing);
    }
    const whole = buffer.length - (buffer.length % BLOCK);
    rest = buffer.subarray(whole);
    if (whole > 0) yield buffer.subarray(0, whole);
    offset += whole;
  }
  if (rest.length > 0) throw malformed(offset, 'it ends in the middle of a block');
}

function asBuffer(piece: Uint8Array): Buffer {
  return Buffer.isBuffer(piece) ? piece : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}
