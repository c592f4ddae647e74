import { chmod, lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { bytesOf } from '#kernel';
import { joined } from './byte-path.js';

/**
 * Removes a directory with all that is in it, whatever the names and modes; what is not there is no error. Follows no
 * symlink. Memory held: the listings of the open directories.
 */
export async function removeTree(path: string): Promise<void> {
  const bytes = bytesOf(path);
  await unlessMissing(async () => {
    if ((await lstat(bytes)).isDirectory()) await removeDirectory(bytes);
    else await unlink(bytes);
  });
}

async function removeDirectory(directory: Buffer): Promise<void> {
  try {
    await empty(directory);
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM')) throw error;
    // An ordinary user may not empty a directory without the right to write, though it is his own.
    await chmod(directory, 0o700);
    await empty(directory);
  }
  await rmdir(directory);
}

async function empty(directory: Buffer): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true, encoding: 'buffer' })) {
    const path = joined(directory, entry.name);
    await unlessMissing(() => (entry.isDirectory() ? removeDirectory(path) : unlink(path)));
  }
}

async function unlessMissing(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '');
}
