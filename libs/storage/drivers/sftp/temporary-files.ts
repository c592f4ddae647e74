import { randomBytes } from 'node:crypto';
import { RESERVED_FOLDER } from '../../object-key.js';
import type { ObjectKey } from '../../storage-backend.js';
import { isRegularFile } from './file-kind.js';
import { namesIn } from './folder-names.js';
import type { Session } from './session.js';
import type { SftpFolders } from './sftp-folders.js';
import { isStatus, STATUS } from './sftp-status.js';

const DAY_SECONDS = 24 * 3600;
const OWNER_ONLY = 0o600;
/** Far more often than anybody could remove the folder under our hands by chance. */
const MOST_ATTEMPTS = 100;
/** Names of this driver; what else lies in the folder is somebody else's. */
const OURS = /^sftp-[0-9a-f]{32}$/;

/** A file of which nobody knows yet. */
export class TemporaryFile {
  #closing: Promise<void> | undefined;

  constructor(
    private readonly session: Session,
    readonly key: ObjectKey,
    readonly path: string,
    readonly handle: Buffer,
  ) {}

  /** Only the first close is asked of the server: by a second one the handle could be another file's. */
  close(): Promise<void> {
    return (this.#closing ??= this.session.closeHandle(this.handle));
  }
}

/** The hidden folder of a container in which objects grow before they get their names. */
export class TemporaryFiles {
  /** What could not be removed when its put failed, most often because the connection was gone. */
  readonly #leftOver = new Set<string>();
  #isUsed = false;

  constructor(private readonly folders: SftpFolders) {}

  async create(session: Session): Promise<TemporaryFile> {
    const key = `${RESERVED_FOLDER}/sftp-${randomBytes(16).toString('hex')}`;
    const path = this.folders.path(key);
    this.#isUsed = true;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return new TemporaryFile(session, key, path, await session.open(path, 'wx', OWNER_ONLY));
      } catch (error) {
        // Another storage that is closed may remove the empty folder again.
        if (!isStatus(error, STATUS.noSuchFile) || attempt === MOST_ATTEMPTS) throw error;
      }
      await this.folders.make(session, RESERVED_FOLDER);
    }
  }

  /** Removes a file that has not become an object. Never rejects: what is left is removed by a later put. */
  async discard(session: Session, file: TemporaryFile): Promise<void> {
    this.#leftOver.add(file.key);
    const [, unlinked] = await Promise.allSettled([file.close(), session.unlink(file.path)]);
    if (unlinked.status === 'fulfilled' || isStatus(unlinked.reason)) this.#leftOver.delete(file.key);
  }

  /** Removes what own puts have left behind. */
  async tidy(session: Session): Promise<void> {
    for (const key of [...this.#leftOver]) {
      await answered(session.unlink(this.folders.path(key)));
      this.#leftOver.delete(key);
    }
  }

  /** Removes what others left more than a day ago, as far as the user may. */
  async sweep(session: Session): Promise<void> {
    const names = await answered(namesIn(session, this.folders.path(RESERVED_FOLDER)));
    const candidates = (names ?? []).filter(
      ({ filename, attrs }) => OURS.test(filename) && isRegularFile(attrs),
    );
    if (candidates.length === 0) return;
    const now = await this.#now(session);
    if (now === undefined) return;
    for (const { filename, attrs } of candidates) {
      if (now - attrs.mtime <= DAY_SECONDS) continue;
      await answered(session.unlink(this.folders.path(`${RESERVED_FOLDER}/${filename}`)));
    }
  }

  /** Removes the folder when it is empty and was used. */
  async close(session: Session): Promise<void> {
    if (!this.#isUsed) return;
    await this.tidy(session);
    await answered(session.removeFolder(this.folders.path(RESERVED_FOLDER)));
  }

  /** By the clock that also stamped the files in question. */
  async #now(session: Session): Promise<number | undefined> {
    const probe = await this.create(session);
    try {
      return (await answered(session.fstat(probe.handle)))?.mtime;
    } finally {
      await this.discard(session, probe);
    }
  }
}

/** What the server says, or nothing when it refuses: tidying is a courtesy. */
async function answered<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isStatus(error)) return undefined;
    throw error;
  }
}
