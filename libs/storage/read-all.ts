/** Everything that `source` yields, in one buffer: for objects that are known to be small. */
export async function readAll(source: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}
