import { createHash } from 'node:crypto';
import { isFailure } from '#kernel';
import { folderOf } from '../object-key.js';
import type { ObjectKey, RewindableBody, StorageBackend } from '../storage-backend.js';

/**
 * Whether `key` holds the bytes of `body`. Whoever may not read them is content with the size: an append-only client
 * would otherwise lose its backup to a single answer that got lost.
 */
export async function holdsAlready(
  storage: StorageBackend,
  key: ObjectKey,
  body: RewindableBody,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const size =
    (await unlessDenied(async () => (await storage.head(key, signal)).size)) ??
    (await unlessDenied(() => listedSize(storage, key, signal)));
  if (size !== body.size) return false;
  const digest = await unlessDenied(() => digestOf(storage, key, signal));
  return digest === undefined || digest === body.sha256;
}

async function listedSize(
  storage: StorageBackend,
  key: ObjectKey,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const folder = folderOf(key);
  for await (const object of storage.list(folder === '' ? '' : `${folder}/`, signal))
    if (object.key === key) return object.size;
  return undefined;
}

async function digestOf(
  storage: StorageBackend,
  key: ObjectKey,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of (await storage.get(key, undefined, signal)) as AsyncIterable<Buffer>)
    hash.update(chunk);
  return hash.digest('hex');
}

async function unlessDenied<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isFailure(error, 'storage.access-denied')) return undefined;
    throw error;
  }
}
