import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Failure, printable } from '#kernel';
import type { ObjectKey, RewindableBody } from './storage-backend.js';

const FILE_PIECE_BYTES = 1 << 20;

/** A body from memory; its digest is computed when it is not given. The bytes are not copied and must stay as they are. */
export function bodyOf(bytes: Uint8Array | readonly Uint8Array[], sha256?: string): RewindableBody {
  const pieces = bytes instanceof Uint8Array ? [bytes] : bytes;
  return {
    size: pieces.reduce((size, piece) => size + piece.length, 0),
    sha256: sha256 ?? digestOf(pieces),
    open: () => each(pieces),
  };
}

/** A body from a file whose size and SHA-256 are known. Rejects with `input.file-unreadable` while it is read. */
export function fileBody(path: string, size: number, sha256: string): RewindableBody {
  return { size, sha256, open: () => bytesOfFile(path) };
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

async function* bytesOfFile(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: FILE_PIECE_BYTES }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new Failure('input.file-unreadable', `cannot read file "${printable(path)}"`, { path }, error);
  }
}
