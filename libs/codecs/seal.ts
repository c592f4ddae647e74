import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Failure, invariant } from '#kernel';

export interface Sealed {
  /** As long as the plain bytes. */
  readonly body: Buffer;
  readonly tag: Buffer;
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PIECE_BYTES = 64 << 10;

/**
 * AES-256-GCM: nobody without the key can read `plain`, or change it or `associated` unnoticed. `key` has 32 bytes,
 * `nonce` 12. A nonce that seals two different things under one key gives both away: never use one twice.
 */
export function seal(plain: Uint8Array, key: Uint8Array, nonce: Uint8Array, associated: Uint8Array): Sealed {
  const pieces = [...sealed(plain, key, nonce, associated)];
  const tag = pieces.pop();
  invariant(tag, 'a seal ends with its tag');
  return { body: Buffer.concat(pieces), tag };
}

/**
 * The same piece by piece, the tag last: small pieces stay in the processor's cache until they are where they belong, and
 * their memory is used again at once.
 */
export function* sealed(
  plain: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
): Generator<Buffer, void> {
  checkSizes(key, nonce);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated);
  for (let at = 0; at < plain.length; at += PIECE_BYTES) {
    yield cipher.update(plain.subarray(at, at + PIECE_BYTES));
  }
  // GCM keeps nothing back; `final` only makes the tag.
  cipher.final();
  yield cipher.getAuthTag();
}

/** What was sealed. Throws `frame.damaged` when a bit of body, tag, nonce, key or associated data is not as it was. */
export function unseal(
  body: Uint8Array,
  tag: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
): Buffer {
  checkSizes(key, nonce);
  // Some of a tag would be taken for all of it.
  if (tag.length !== TAG_BYTES) throw new Failure('frame.damaged', `a seal of ${tag.length} bytes is none`);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated);
  decipher.setAuthTag(tag);
  const plain = decipher.update(body);
  try {
    decipher.final();
  } catch (error) {
    plain.fill(0);
    throw new Failure('frame.damaged', 'the seal does not match', {}, error);
  }
  return plain;
}

function checkSizes(key: Uint8Array, nonce: Uint8Array): void {
  invariant(key.length === KEY_BYTES && nonce.length === NONCE_BYTES, 'a key has 32 bytes and a nonce 12');
}
