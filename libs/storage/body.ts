import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Failure, printable } from '#kernel';
import type { ObjectKey, RewindableBody } from './storage-backend.js';

const FILE_PIECE_BYTES = 256 << 10;

/** A body from memory; its digest is computed when it is not given. The bytes are not copied and must stay as they are. */
export function bodyOf(bytes: Uint8Array | readonly Uint8Array[], sha256?: string): RewindableBody {
  const pieces = bytes instanceof Uint8Array ? [bytes] : bytes;
  return {
    size: pieces.reduce((size, piece) => size + piece.length, 0),
    sha256: sha256 ?? digestOf(pieces),
    open: () => each(pieces),
  };
}

/**
 * A body from a file whose size and SHA-256 are known. Rejects with `input.file-unreadable` while it is read. A piece is
 * good until the next is asked for. Memory held: two pieces of 256 KiB.
 */
export function fileBody(path: string, size: number, sha256: string): RewindableBody {
  return { size, sha256, open: () => bytesOfFile(path, size) };
}

/**
 * What `body` yields, as long as it is what it said to be: throws `storage.body-mismatch` instead of yielding a byte
 * more than its size, and at the end when there were fewer. Every driver reads its bodies through this.
 */
export async function* wholeBody(key: ObjectKey, body: RewindableBody, bytes: AsyncIterable<Uint8Array>) {
  let seen = 0;
  for await (const piece of bytes) {
    seen += piece.length;
    if (seen > body.size) throw mismatch(key, body, seen);
    if (piece.length > 0) yield piece;
  }
  if (seen < body.size) throw mismatch(key, body, seen);
}

function mismatch(key: ObjectKey, { size }: RewindableBody, seen: number): Failure {
  const than = seen > size ? 'more' : 'fewer';
  const message = `the body of object "${key}" has ${than} than its ${size} bytes`;
  return new Failure('storage.body-mismatch', message, { key, size, seen });
}

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

function digestOf(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** One piece is read while the other is used: memory made anew for each would cost more than reading into it. */
async function* bytesOfFile(path: string, size: number): AsyncGenerator<Uint8Array> {
  const file = await readable(path, open(path));
  const read = (into: Buffer) => {
    const reading = readable(path, file.read(into, 0, into.length, null));
    // Seen when its turn comes.
    reading.catch(() => undefined);
    return reading;
  };
  const pieceBytes = Math.min(FILE_PIECE_BYTES, size + 1);
  let [piece, next] = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)];
  let reading = read(piece);
  try {
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      reading = read(next);
      yield piece.subarray(0, bytesRead);
      [piece, next] = [next, piece];
    }
  } finally {
    await Promise.allSettled([reading]);
    await file.close();
  }
}

async function readable<T>(path: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw new Failure('input.file-unreadable', `cannot read file "${printable(path)}"`, { path }, error);
  }
}
