import { hash } from 'node:crypto';
import { DIGEST_BYTES } from './known-piece.js';

/** A piece's digest as numbers in the machine's order, which compare faster than bytes. */
export type Digest = Uint32Array<ArrayBuffer>;

export const DIGEST_WORDS = DIGEST_BYTES / Uint32Array.BYTES_PER_ELEMENT;

export function emptyDigest(): Digest {
  return new Uint32Array(DIGEST_WORDS);
}

const words = emptyDigest();
const bytesOfWords = Buffer.from(words.buffer);

/** Writes the digest of bytes `from` to `to` into `into`. */
export function digestInto(into: Digest, bytes: Buffer, from: number, to: number): void {
  // As text, which is done with sooner than a Buffer with memory of its own.
  bytesOfWords.write(hash('sha256', bytes.subarray(from, to), 'binary'), 'binary');
  into.set(words);
}
