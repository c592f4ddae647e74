import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import type { SealedText } from '#domain';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Names a key without telling anything of it. */
export function sealingKeyId(key: Uint8Array): string {
  return createHash('sha256').update(derived(key, 'firn sealing key id')).digest('hex').slice(0, 16);
}

/** `bound` says whose text it is: under another name, or in another document, it does not open. */
export function sealedText(
  key: Uint8Array,
  text: string,
  bound: readonly string[],
  random: (bytes: number) => Uint8Array,
): SealedText {
  const nonce = random(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, derived(key, 'firn storage secrets 1'), nonce);
  cipher.setAAD(Buffer.from(JSON.stringify(bound)));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return { key: sealingKeyId(key), nonce: base64(nonce), text: base64(sealed) };
}

/** `undefined` when none of the keys is the one, or when it was tampered with. */
export function openedText(
  keys: readonly Uint8Array[],
  { key: id, nonce, text }: SealedText,
  bound: readonly string[],
): string | undefined {
  const key = keys.find((each) => sealingKeyId(each) === id);
  if (!key) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const body = bytes.subarray(0, -TAG_BYTES);
  try {
    const decipher = createDecipheriv(
      CIPHER,
      derived(key, 'firn storage secrets 1'),
      Buffer.from(nonce, 'base64'),
    );
    decipher.setAAD(Buffer.from(JSON.stringify(bound)));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch {
    // What cannot be authenticated is told by whoever knows whose it is.
    return undefined;
  }
}

function derived(key: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', purpose, KEY_BYTES));
}
