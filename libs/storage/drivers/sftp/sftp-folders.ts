import { posix } from 'node:path';
import { Failure } from '#kernel';
import { folderOf } from '../../object-key.js';
import type { ObjectKey } from '../../storage-backend.js';
import { isFolder, isLink, type FileMode } from './file-kind.js';
import type { Session } from './session.js';
import { isStatus, STATUS, type SftpStatus } from './sftp-status.js';

const OWNER_ONLY = 0o700;
/** Far more often than anybody could remove the folders under our hands by chance. */
const MOST_ATTEMPTS = 20;

/** The folders of a container on a server: made when they are missed, removed when they are empty. */
export class SftpFolders {
  constructor(
    /** As the server understands it. */
    private readonly container: string,
    private readonly place: string,
  ) {}

  path(key: ObjectKey): string {
    return key === '' ? this.container : posix.join(this.container, key);
  }

  /** Makes a folder with what is missing above it, also above the container, and makes their names durable. */
  async make(session: Session, folder: ObjectKey): Promise<void> {
    await this.#makePath(session, this.path(folder));
  }

  /** Makes the names in a folder durable, as far as the server and the user's rights allow. */
  async sync(session: Session, folder: ObjectKey): Promise<void> {
    await syncPath(session, this.path(folder));
  }

  /** Removes a folder and those above it, as far as they are empty; the container stays. Names are durable then. */
  async prune(session: Session, folder: ObjectKey): Promise<void> {
    let kept = folder;
    while (kept !== '' && (await isRemoved(session, this.path(kept)))) kept = folderOf(kept);
    await this.sync(session, kept);
  }

  async #makePath(session: Session, path: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await session.makeFolder(path, OWNER_ONLY);
        return await syncPath(session, posix.dirname(path));
      } catch (error) {
        if (!isStatus(error) || attempt === MOST_ATTEMPTS) throw error;
        if (isStatus(error, STATUS.noSuchFile)) {
          if (posix.dirname(path) === path) throw error;
          await this.#makePath(session, posix.dirname(path));
        } else if (await this.#isThere(session, path, error)) return;
      }
    }
  }

  /** Servers have no answer of its own for a folder that is there. False when it was removed meanwhile. */
  async #isThere(session: Session, path: string, refusal: SftpStatus): Promise<boolean> {
    let found: FileMode;
    try {
      found = await session.lstat(path);
    } catch (error) {
      if (isStatus(refusal, STATUS.permissionDenied) || !isStatus(error))
        throw isStatus(error) ? refusal : error;
      // Who may not look believes it, and is told by the next request.
      return !isStatus(error, STATUS.noSuchFile);
    }
    // The way to a container may lead over symlinks.
    if (isFolder(found) || isLink(found)) return true;
    const message = `"${path}" on the server of ${this.place} is no folder`;
    throw new Failure('storage.key-invalid', message, { place: this.place, path });
  }
}

/** A folder that is not empty, is gone or is not ours stays as it is: an empty folder more does no harm. */
async function isRemoved(session: Session, path: string): Promise<boolean> {
  try {
    await session.removeFolder(path);
    return true;
  } catch (error) {
    if (isStatus(error)) return isStatus(error, STATUS.noSuchFile);
    throw error;
  }
}

/** OpenSSH opens a folder like a file, and syncs it. Where that is refused, the server's own care has to do. */
async function syncPath(session: Session, path: string): Promise<void> {
  if (!session.knowsSync || !session.isOpenSsh) return;
  try {
    const handle = await session.open(path, 'r');
    const ends = await Promise.allSettled([session.sync(handle), session.closeHandle(handle)]);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } catch (error) {
    if (!isStatus(error)) throw error;
  }
}
