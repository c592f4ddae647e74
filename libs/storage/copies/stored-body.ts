import { createHash } from 'node:crypto';
import { Failure } from '#kernel';
import type { ObjectInfo, RewindableBody, StorageBackend } from '../storage-backend.js';

/**
 * An object of a storage as a body for another. Each reading of it throws `storage.body-mismatch` at the end unless
 * bytes and digest are as they should be. Without a digest it is read once before, to know it.
 */
export async function storedBody(
  from: Pick<StorageBackend, 'get' | 'properties'>,
  { key, size }: ObjectInfo,
  knownSha256: string | undefined,
  signal: AbortSignal,
): Promise<RewindableBody> {
  const read = async () => (await from.get(key, undefined, signal)) as AsyncIterable<Uint8Array>;
  const sha256 = knownSha256 ?? (await digestOf(await read()));
  return {
    size,
    sha256,
    async *open() {
      const hash = createHash('sha256');
      let seen = 0;
      for await (const chunk of await read()) {
        hash.update(chunk);
        seen += chunk.length;
        yield chunk;
      }
      if (seen === size && hash.digest('hex') === sha256) return;
      const { place } = from.properties;
      const what = seen === size ? 'not the digest it should have' : `${seen} bytes instead of ${size}`;
      const message = `object "${key}" at ${place} has ${what}`;
      throw new Failure('storage.body-mismatch', message, { place, key, size, seen });
    },
  };
}

async function digestOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}
