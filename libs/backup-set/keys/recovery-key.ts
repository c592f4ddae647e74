import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { Failure } from '#kernel';
import { derive } from './derive.js';

/**
 * A recovery key is an X25519 private key, printed once and kept away from the machine. Its public half makes a key
 * slot, so the container can be opened with it when every passphrase is lost.
 */

// DER headers of raw 32-byte X25519 keys: RFC 8410, sections 4 and 7.
const PRIVATE_HEADER = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_HEADER = Buffer.from('302a300506032b656e032100', 'hex');
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford's: nothing that is mistaken when written by hand
const CHECK_BYTES = 3;
const LETTERS = ((32 + CHECK_BYTES) * 8) / 5;

export interface RecoveryKey {
  /** For paper: `FIRN-….` in groups of five. */
  readonly text: string;
  /** Raw public key, base64. */
  readonly publicKey: string;
}

export function newRecoveryKey(): RecoveryKey {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const raw = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PRIVATE_HEADER.length);
  return { text: written(raw), publicKey: rawPublic(publicKey).toString('base64') };
}

/** The key that a recovery slot is wrapped with, made anew for each slot by an ephemeral pair. */
export function encapsulate(publicKey: string): { key: Buffer; ephemeral: string } {
  const recipient = publicFromRaw(publicKey);
  const pair = generateKeyPairSync('x25519');
  const ephemeral = rawPublic(pair.publicKey);
  const shared = diffieHellman({ privateKey: pair.privateKey, publicKey: recipient });
  return { key: slotKeyOf(shared, ephemeral, rawPublic(recipient)), ephemeral: ephemeral.toString('base64') };
}

/**
 * The same key, from the private side; `undefined` when nobody can have made `ephemeral` in earnest. Throws
 * `key.recovery-wrong` when the text is not a recovery key.
 */
export function decapsulate(text: string, ephemeral: string): Buffer | undefined {
  const privateKey = privateFromText(text);
  const shared = sharedSecret(privateKey, publicFromRaw(ephemeral));
  return (
    shared && slotKeyOf(shared, Buffer.from(ephemeral, 'base64'), rawPublic(createPublicKey(privateKey)))
  );
}

function sharedSecret(privateKey: KeyObject, publicKey: KeyObject): Buffer | undefined {
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch {
    // A point of low order, with which every private key shares the same secret: RFC 7748, section 6.1.
    return undefined;
  }
}

function slotKeyOf(shared: Buffer, ephemeral: Buffer, recipient: Buffer): Buffer {
  return derive(shared, 'firn 1 recovery slot', Buffer.concat([ephemeral, recipient]));
}

function publicFromRaw(base64: string): KeyObject {
  const raw = Buffer.from(base64, 'base64');
  if (raw.length !== 32) throw new Failure('input.invalid', 'a public key has 32 bytes in base64');
  return createPublicKey({ key: Buffer.concat([PUBLIC_HEADER, raw]), format: 'der', type: 'spki' });
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_HEADER.length);
}

function privateFromText(text: string): KeyObject {
  const raw = read(text);
  return createPrivateKey({ key: Buffer.concat([PRIVATE_HEADER, raw]), format: 'der', type: 'pkcs8' });
}

function written(raw: Buffer): string {
  const bits = [...Buffer.concat([raw, check(raw)])]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const letters = (bits.match(/.{1,5}/g) ?? []).map(
    (five) => ALPHABET[parseInt(five.padEnd(5, '0'), 2)] ?? '',
  );
  return `FIRN-${(letters.join('').match(/.{1,5}/g) ?? []).join('-')}`;
}

function read(text: string): Buffer {
  const letters = lettersOf(text);
  const values = [...letters].map((letter) => ALPHABET.indexOf(letter));
  const bits = values.map((value) => Math.max(value, 0).toString(2).padStart(5, '0')).join('');
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const raw = bytes.subarray(0, 32);
  if (values.includes(-1) || letters.length !== LETTERS || !check(raw).equals(bytes.subarray(32))) {
    throw new Failure('key.recovery-wrong', 'the recovery key is mistyped');
  }
  return raw;
}

/** Without the word in front, blanks and dashes; letters that are mistaken for digits are those digits. */
function lettersOf(text: string): string {
  const letters = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return letters.length === LETTERS + 4 && letters.startsWith('F1RN') ? letters.slice(4) : letters;
}

function check(raw: Buffer): Buffer {
  return createHash('sha256').update('firn recovery key').update(raw).digest().subarray(0, CHECK_BYTES);
}
