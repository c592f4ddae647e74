import type { StorageBackend } from '#storage';
import { objectNames } from '../layout.js';

/**
 * Removes a backup: its manifest first, so that what is half removed is never believed, then everything else. Cut at
 * any point and repeated, it ends the same way.
 */
export async function removeBackup(
  storage: StorageBackend,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  await storage.remove(folder + objectNames.manifest, signal);
  await removeObjects(storage, folder, signal);
}

/** Removes every object of a backup that was never committed, or no longer is. */
export async function removeObjects(
  storage: StorageBackend,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  // The writer's mark goes last: until then the rest is recognisably nobody's.
  const mark = folder + objectNames.writer;
  const keys: string[] = [];
  for await (const { key } of storage.list(folder, signal)) keys.push(key);
  for (const key of keys) if (key !== mark) await storage.remove(key, signal);
  if (keys.includes(mark)) await storage.remove(mark, signal);
}
