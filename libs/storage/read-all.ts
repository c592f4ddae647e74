import type { RewindableBody } from './storage-backend.js';

/** Everything that `source` yields, in one buffer: for objects that are known to be small. */
export async function readAll(source: AsyncIterable<unknown>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}

/** The bytes of a body that is known to be small. They are copied: a body may use its buffer again for each piece. */
export async function bytesOf(body: Pick<RewindableBody, 'open'>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body.open()) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
