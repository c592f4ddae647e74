import { bodyOf, type StorageBackend } from '#storage';
import { bytesAt } from '#storage/testing';

/** Puts other bytes in an object's place, as only an enemy or a failing disk does. */
export async function replace(storage: StorageBackend, key: string, bytes: Uint8Array): Promise<void> {
  await storage.remove(key);
  await storage.put(key, bodyOf(bytes));
}

/** Changes an object by what `edit` makes of a copy of its bytes. */
export async function tamper(
  storage: StorageBackend,
  key: string,
  edit: (bytes: Buffer) => Uint8Array,
): Promise<void> {
  await replace(storage, key, edit(await bytesAt(storage, key)));
}

/** A copy with one bit turned; bits are counted from the first byte. */
export function flipped(bytes: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
