import { Failure, isFailure } from '#kernel';
import type { StorageBackend } from '#storage';
import { objectNames, segmentKey } from '../layout.js';
import type { Manifest } from '../manifest.js';
import { DOCUMENTS } from './compose-manifest.js';

/** What is to hold of a backup holds of every copy: one of which it does not is given up, when there are others. */
export function onEachCopy(
  storage: StorageBackend,
  look: (storage: StorageBackend) => Promise<void>,
): Promise<void> {
  return storage.onEachCopy?.(look) ?? look(storage);
}

/** What a manifest will promise is there, at its size: a last look before the promise. Else `backup.not-committed`. */
export async function confirmObjects(
  storage: StorageBackend,
  folder: string,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<void> {
  const expected = new Map(manifest.segments.map(({ size }, i) => [segmentKey(folder, i), size]));
  for (const name of DOCUMENTS) {
    const document = manifest[name];
    if (document) expected.set(folder + name, document.size);
  }
  for await (const { key, size } of storage.list(folder, signal)) {
    if (expected.get(key) === size) expected.delete(key);
  }
  const [missing] = expected.keys();
  if (missing !== undefined) throw notStored(missing);
}

/** The backup that this one stands on may have been removed while it was written. */
export async function confirmBase(
  storage: StorageBackend,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const key = folder + objectNames.manifest;
  try {
    await storage.head(key, signal);
  } catch (error) {
    if (!isFailure(error, 'storage.object-missing')) throw error;
    throw new Failure('backup.not-committed', `the base "${key}" has been removed meanwhile`, { key }, error);
  }
}

/** A manifest that is not whole commits nothing, whatever its put said. */
export async function confirmManifest(
  storage: StorageBackend,
  folder: string,
  size: number,
  signal: AbortSignal,
): Promise<void> {
  const key = folder + objectNames.manifest;
  const stored = await storage.head(key, signal);
  if (stored.size !== size) throw notStored(key);
}

function notStored(key: string): Failure {
  return new Failure('backup.not-committed', `"${key}" is not in the storage as it was put`, { key });
}
