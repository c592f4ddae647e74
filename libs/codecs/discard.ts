/**
 * Gives back the memory of a buffer at once, where the garbage collector would let a hundred MiB of such buffers gather
 * before it looks. For the one who owns the buffer and is done with it: it is empty afterwards, and so is every other
 * view of the same memory. No read, write or hash of it may still be under way.
 *
 * A buffer that is a slice of something bigger, such as Node's pool, is left to the garbage collector.
 */
export function discard(buffer: Uint8Array): void {
  const memory = buffer.buffer;
  if (!(memory instanceof ArrayBuffer) || memory.detached) return;
  if (memory.byteLength - buffer.byteLength > SPARE_BYTES) return;
  memory.transfer(0);
}

/** A decompressor is given a little more room than it needs, to see that nothing follows. */
export const SPARE_BYTES = 64;
