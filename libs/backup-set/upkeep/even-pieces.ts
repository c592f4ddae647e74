const EVEN_BYTES = 4096;

/**
 * The same bytes in pieces that end at multiples of 4 KiB, as the blocks of an engine do. Whoever reads blocks may keep
 * the beginning of one until the next piece comes; here that is a copy, so that lent pieces can be emptied.
 */
export async function* evenPieces(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const missing = rest.length > 0 ? EVEN_BYTES - rest.length : 0;
    if (missing > 0) {
      rest = Buffer.concat([rest, piece.subarray(0, missing)]);
      if (rest.length < EVEN_BYTES) continue;
      yield rest;
    }
    const others = piece.subarray(missing);
    const even = others.length - (others.length % EVEN_BYTES);
    if (even > 0) yield others.subarray(0, even);
    rest = Buffer.from(others.subarray(even));
  }
  if (rest.length > 0) yield rest;
}
