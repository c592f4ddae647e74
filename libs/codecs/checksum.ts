import { createHash, timingSafeEqual } from 'node:crypto';

const CHECKSUM_BYTES = 16;

/**
 * For containers without a key: the first 16 bytes of SHA-256 over both, each behind its length as eight bytes, the
 * highest first, so that no byte can move from one to the other. It finds accidents; it does not stop a forger.
 */
export function checksum(associated: Uint8Array, body: Uint8Array): Buffer {
  const hash = createHash('sha256');
  for (const bytes of [associated, body]) hash.update(lengthOf(bytes)).update(bytes);
  return hash.digest().subarray(0, CHECKSUM_BYTES);
}

/** Whether `sum` is the checksum of both; the time it takes does not tell how much of it is right. */
export function checksumMatches(sum: Uint8Array, associated: Uint8Array, body: Uint8Array): boolean {
  return sum.length === CHECKSUM_BYTES && timingSafeEqual(sum, checksum(associated, body));
}

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(bytes.length));
  return length;
}
