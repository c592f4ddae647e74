import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Puts a file in place of the one that is there: after a crash there is one or the other, whole and on disk. Only its
 * owner may read it unless `mode` says otherwise.
 */
export async function replaceDurably(path: string, text: string, mode = 0o600): Promise<void> {
  const fresh = `${path}.new`;
  await using file = await open(fresh, 'w', mode);
  // What an interrupted call has left may have other rights.
  await file.chmod(mode);
  await file.writeFile(text);
  await file.sync();
  await rename(fresh, path);
  await syncDirectory(dirname(path));
}

/** What was made in a directory, renamed or removed is so for good afterwards. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r');
  await directory.sync();
}
