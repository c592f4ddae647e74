import { isFailure, type Failure } from '#kernel';
import type { StorageBackend } from '#storage';
import { objectNames } from '../layout.js';

/**
 * Removes a backup: its manifest first, so that what is half removed is never believed, then everything else. Cut at
 * any point and repeated, it ends the same way. Rejects with `storage.object-held` when something of it cannot be
 * removed yet: nothing was when that is the manifest, and otherwise everything else.
 */
export async function removeBackup(
  storage: StorageBackend,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  await removeManifest(storage, folder, signal);
  await removeObjects(storage, folder, signal);
}

/** From here on there is no such backup. */
export async function removeManifest(
  storage: StorageBackend,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  await storage.remove(folder + objectNames.manifest, signal);
}

/**
 * Removes every object of a backup that was never committed, or no longer is. What is held stays, is passed over, and is
 * what this rejects with in the end.
 */
export async function removeObjects(
  storage: StorageBackend,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  // The writer's mark goes last: until then the rest is recognisably nobody's.
  const mark = folder + objectNames.writer;
  const keys: string[] = [];
  for await (const { key } of storage.list(folder, signal)) keys.push(key);
  const held: Failure[] = [];
  for (const key of keys.filter((each) => each !== mark).concat(keys.includes(mark) ? [mark] : [])) {
    try {
      await storage.remove(key, signal);
    } catch (error) {
      if (!isFailure(error, 'storage.object-held')) throw error;
      held.push(error);
    }
  }
  if (held[0]) throw held[0].with({ heldObjects: held.length });
}
