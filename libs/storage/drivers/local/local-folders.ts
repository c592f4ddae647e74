import { constants } from 'node:fs';
import { lstat, mkdir, open, realpath, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure, printable } from '#kernel';
import { folderOf } from '../../object-key.js';
import type { ObjectKey } from '../../storage-backend.js';
import { isErrno, unless } from './local-failure.js';

const OWNER_ONLY = 0o700;
/** More folders than one process writes to; beyond it they are only made durable once more. */
const MOST_REMEMBERED = 1024;

/**
 * The folders of a container: made when needed, with every new name durable, and removed when empty. A symlink is never
 * a folder of the container, wherever it leads.
 */
export class LocalFolders {
  readonly #durable = new Set<ObjectKey>();

  constructor(readonly container: string) {}

  path(key: ObjectKey): string {
    return join(this.container, key);
  }

  /** The path of a folder that is there, or `undefined` when it is not or when a symlink is on the way to it. */
  async find(folder: ObjectKey): Promise<string | undefined> {
    const [root, path] = await Promise.all(
      [this.container, this.path(folder)].map((asked) =>
        unless(realpath(asked), 'ENOENT', 'ENOTDIR', 'ELOOP'),
      ),
    );
    if (root === undefined || path === undefined) return undefined;
    return path === join(root, folder) ? path : undefined;
  }

  /** Makes a folder with what is missing above it. Rejects with ENOENT when another process is removing them. */
  async make(folder: ObjectKey): Promise<void> {
    const isThere = (await this.find(folder)) !== undefined;
    if (isThere && (folder === '' || this.#durable.has(folder))) return;
    if (folder === '') return makeDirectories(this.container);
    await this.make(folderOf(folder));
    if (!isThere) await this.#makeOne(folder);
    // Also for a folder that was there: who made it may have been killed before its name was durable.
    await syncDirectory(this.path(folderOf(folder)));
    if (this.#durable.size >= MOST_REMEMBERED) this.#durable.clear();
    this.#durable.add(folder);
  }

  /** Makes the names in a folder durable. */
  sync(folder: ObjectKey): Promise<void> {
    return syncDirectory(this.path(folder));
  }

  /** Removes a folder and those above it, as far as they are empty; the container itself stays. */
  async prune(folder: ObjectKey): Promise<void> {
    for (let empty = folder; empty !== ''; empty = folderOf(empty)) {
      this.#durable.delete(empty);
      try {
        await rmdir(this.path(empty));
      } catch (error) {
        // Not empty, or removed by somebody else, or not ours to remove: an empty folder more does no harm.
        if (isErrno(error, 'ENOENT')) continue;
        if (isErrno(error, 'ENOTEMPTY', 'EEXIST', 'EACCES', 'EPERM', 'EBUSY', 'ENOTDIR')) return;
        throw error;
      }
    }
  }

  async #makeOne(folder: ObjectKey): Promise<void> {
    await unless(mkdir(this.path(folder), OWNER_ONLY), 'EEXIST');
    if ((await this.find(folder)) !== undefined) return;
    // Somebody may have removed it again while we looked.
    if (!(await unless(lstat(this.path(folder)), 'ENOENT', 'ENOTDIR'))) return this.make(folder);
    const message = `"${folder}" in container "${printable(this.container)}" is no folder`;
    throw new Failure('storage.key-invalid', message, { container: this.container, folder });
  }
}

async function makeDirectories(path: string): Promise<void> {
  try {
    await mkdir(path, OWNER_ONLY);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return;
    if (!isErrno(error, 'ENOENT') || dirname(path) === path) throw error;
    await makeDirectories(dirname(path));
    return makeDirectories(path);
  }
  await syncDirectory(dirname(path));
}

async function syncDirectory(path: string): Promise<void> {
  // A directory that may be written to and not read cannot be synced; neither can one that is gone again.
  const handle = await unless(
    open(path, constants.O_RDONLY | constants.O_DIRECTORY),
    'ENOENT',
    'EACCES',
    'EPERM',
  );
  if (!handle) return;
  try {
    // Some network file systems sync names by themselves and refuse to be asked.
    await unless(handle.sync(), 'EINVAL', 'ENOTSUP', 'ENOSYS');
  } finally {
    await handle.close();
  }
}
