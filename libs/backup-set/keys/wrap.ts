import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from '#kernel';

/** Base64 of exactly so many bytes. */
export function rawBase64(bytes: number) {
  return z
    .base64()
    .refine((text) => Buffer.from(text, 'base64').length === bytes, `is not ${bytes} bytes in base64`);
}

/** A key of 32 bytes sealed by another key: AES-256-GCM under a random nonce, all parts in base64. */
export const wrappedKeySchema = z.strictObject({
  nonce: rawBase64(12),
  sealed: rawBase64(32),
  tag: rawBase64(16),
});
export type WrappedKey = z.infer<typeof wrappedKeySchema>;

/** `bound` is authenticated with the key, so that it opens nowhere but where it belongs. */
export function wrapKey(key: Uint8Array, by: Uint8Array, bound: string): WrappedKey {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', by, nonce).setAAD(Buffer.from(bound, 'utf8'));
  const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
  return {
    nonce: nonce.toString('base64'),
    sealed: sealed.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

/** The key, or `undefined` when `by` or `bound` is not what it was wrapped with. */
export function unwrapKey(wrapped: WrappedKey, by: Uint8Array, bound: string): Buffer | undefined {
  const nonce = Buffer.from(wrapped.nonce, 'base64');
  const tag = Buffer.from(wrapped.tag, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', by, nonce, { authTagLength: 16 })
    .setAAD(Buffer.from(bound, 'utf8'))
    .setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(Buffer.from(wrapped.sealed, 'base64')), decipher.final()]);
  } catch {
    // A wrong key and changed bytes cannot be told apart here; the caller knows which it can be.
    return undefined;
  }
}
