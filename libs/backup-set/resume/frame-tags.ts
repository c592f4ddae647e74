import { createCipheriv, createHmac } from 'node:crypto';
import { nonceOf } from '../frames/frame-header.js';

export const TAG_BYTES = 16;

/**
 * Tells whether the plaintext of a frame is what it was: GMAC under a key of the journal. Whoever has the tags and not the
 * key learns nothing from them, and it costs a tenth of what a digest does.
 */
export class FrameTags {
  readonly #key: Buffer;

  constructor(secret: Uint8Array) {
    this.#key = createHmac('sha256', secret).update('frames').digest();
  }

  /** The number is the nonce: a tag of it is kept for one plaintext only. */
  of(number: number, plain: Uint8Array): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(number), { authTagLength: TAG_BYTES });
    cipher.setAAD(plain);
    cipher.final();
    return cipher.getAuthTag();
  }
}
