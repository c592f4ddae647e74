import { bodyOf } from '../body.js';
import { readAll } from '../read-all.js';
import type { ByteRange, ObjectKey, RewindableBody, StorageBackend } from '../storage-backend.js';

/** Bytes without a short period, so that pieces that are swapped or left out are noticed; the same for the same seed. */
export function testBytes(size: number, seed = 1): Buffer {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let at = 0; at < words.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    words[at] = state ^ (state >>> 15);
  }
  return Buffer.from(words.buffer, 0, size);
}

export function textBody(text: string): RewindableBody {
  return bodyOf(Buffer.from(text));
}

/** A body that says to be `body`, but does `act` after its first half. */
export function interruptedBody(body: RewindableBody, act: () => Promise<void>): RewindableBody {
  return {
    ...body,
    async *open() {
      const bytes = await readAll(body.open());
      const half = Math.floor(bytes.length / 2);
      yield bytes.subarray(0, half);
      await act();
      yield bytes.subarray(half);
    },
  };
}

export async function bytesAt(storage: StorageBackend, key: ObjectKey, range?: ByteRange): Promise<Buffer> {
  return readAll(await storage.get(key, range));
}

export async function textAt(storage: StorageBackend, key: ObjectKey): Promise<string> {
  return (await bytesAt(storage, key)).toString();
}

export async function keysOf(storage: StorageBackend, prefix = ''): Promise<string[]> {
  return (await collected(storage.list(prefix))).map(({ key }) => key);
}

export async function collected<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** Puts many objects, as many at a time as the storage takes. */
export async function putAll(
  storage: StorageBackend,
  keys: readonly ObjectKey[],
  body: RewindableBody,
): Promise<void> {
  const left = [...keys];
  const work = async () => {
    for (let key = left.pop(); key !== undefined; key = left.pop()) await storage.put(key, body);
  };
  await Promise.all(Array.from({ length: storage.properties.connections }, work));
}
