import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Failure } from '#kernel';
import { Slots } from '../../decorators/slots.js';
import type { ObjectKey } from '../../storage-backend.js';
import { isErrno, unless } from './local-failure.js';
import type { LocalFolders } from './local-folders.js';
import type { LocalSystem } from './local-system.js';
import type { TemporaryFile, TemporaryFiles } from './temporary-files.js';

/** What a file system says that knows no hard links: FAT, some FUSE and network file systems. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * Gives finished files their names, in one step, and never a name that is taken.
 *
 * Renaming would overwrite silently, so the name is made as a hard link, which the file system refuses when it is taken.
 */
export class Publication {
  readonly #oneAtATime = new Slots(1);

  constructor(
    private readonly system: LocalSystem,
    private readonly folders: LocalFolders,
    private readonly temporaries: TemporaryFiles,
  ) {}

  /** Resolves with `false` when the key is taken. Rejects with ENOENT when there is no such folder. */
  async publish(file: TemporaryFile, key: ObjectKey): Promise<boolean> {
    try {
      await this.system.link(file.path, this.folders.path(key));
      return true;
    } catch (error) {
      if (isErrno(error, ...NO_LINKS)) return this.#oneAtATime.run(() => this.#renameAnnounced(file, key));
      if (!isErrno(error, 'EEXIST')) throw error;
      // A network file system that asks twice is told that the name is taken by what it has just linked.
      return (await file.names()) === 2;
    }
  }

  /**
   * Without links: rename, after everybody who could be about to give the same name has been seen to be absent. Each
   * first announces the key in the name of his temporary file, then looks for other announcements, then whether the
   * key is taken, then renames. Of two, the later to announce sees the earlier announcement, or its result; so never
   * both rename. It may happen that neither does: both may try again later. A killed process leaves only its
   * announcement, which is swept with it.
   */
  async #renameAnnounced(file: TemporaryFile, key: ObjectKey): Promise<boolean> {
    const announcement = `.${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
    const unannounced = file.path;
    await file.rename(unannounced + announcement);
    try {
      const isRival = (name: string) => name.endsWith(announcement) && name !== basename(file.path);
      const rivals = (await this.temporaries.names()).filter(isRival);
      if (rivals.some((name) => !this.temporaries.isAbandoned(name))) {
        throw new Failure('storage.unavailable', `somebody else is storing object "${key}" right now`, {
          key,
        });
      }
      const path = this.folders.path(key);
      if (await unless(lstat(path), 'ENOENT')) return false;
      await file.become(path);
      return true;
    } finally {
      // Whoever does not get the name must not stand in the way of those who still could.
      if (!file.isObject) await file.rename(unannounced);
    }
  }
}
