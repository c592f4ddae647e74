import { hkdfSync } from 'node:crypto';

/** Purposes of derived keys. The texts are part of the format: never change one. */
export type Purpose =
  | 'firn 1 data key wrap'
  | 'firn 1 manifest'
  | 'firn 1 container'
  | 'firn 1 journal'
  | 'firn 1 recovery slot'
  | `firn 1 frames ${'data' | 'catalogue' | 'index' | 'state' | 'pieces'}`;

/** A 32-byte key for one purpose (HKDF-SHA256, RFC 5869). */
export function derive(secret: Uint8Array, purpose: Purpose, salt: Uint8Array = new Uint8Array()): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, purpose, 32));
}
