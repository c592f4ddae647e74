import { Failure } from '#kernel';
import { untilAborted } from '../../abortable.js';
import { wholeBody } from '../../body.js';
import { folderOf } from '../../object-key.js';
import type { ObjectKey, RewindableBody } from '../../storage-backend.js';
import { FileWriter } from './file-writer.js';
import { isTaken, publish, type Published } from './publication.js';
import type { Session } from './session.js';
import type { SftpFolders } from './sftp-folders.js';
import { bordered, isStatus, STATUS, unless } from './sftp-status.js';
import type { TemporaryFile, TemporaryFiles } from './temporary-files.js';

/** Far more often than anybody could remove the folders under our hands by chance. */
const MOST_ATTEMPTS = 100;
/** With less than this free, a write that failed without a reason failed for want of room. */
const NO_ROOM_BYTES = 1 << 20;

/** Stores bodies: into a temporary file, synced, then published under its name, then the name synced. */
export class SftpPut {
  #swept: Promise<void> | undefined;
  readonly #publishing = new Map<ObjectKey, Promise<Published>>();

  constructor(
    private readonly folders: SftpFolders,
    private readonly temporaries: TemporaryFiles,
    private readonly place: string,
  ) {}

  /** `committing` is called when there is no way back. */
  async put(
    session: Session,
    key: ObjectKey,
    body: RewindableBody,
    signal: AbortSignal | undefined,
    committing: () => void,
  ): Promise<void> {
    const file = await this.#bordered(session, key, () => this.#begin(session, key, body));
    let isGone = false;
    try {
      const writer = new FileWriter(session, file);
      for await (const piece of wholeBody(key, body, untilAborted(body.open(), signal))) {
        signal?.throwIfAborted();
        await this.#bordered(session, key, () => writer.write(piece));
      }
      signal?.throwIfAborted();
      await this.#bordered(session, key, () => writer.finish());
      signal?.throwIfAborted();
      committing();
      isGone = await this.#bordered(session, key, () => this.#commit(session, file, key));
    } finally {
      if (!isGone) await this.temporaries.discard(session, file);
    }
  }

  /** Whatever can be refused is refused before the first byte is sent. */
  async #begin(session: Session, key: ObjectKey, body: RewindableBody): Promise<TemporaryFile> {
    // What was left behind is removed first, since it may be what fills the disk.
    await (this.#swept ??= this.#sweep(session));
    await this.temporaries.tidy(session);
    const creating = this.temporaries.create(session);
    const checks = await Promise.allSettled([
      this.#assertFree(session, key),
      this.#assertRoom(session, key, body.size),
    ]);
    const file = await creating;
    for (const check of checks) {
      if (check.status === 'fulfilled') continue;
      await this.temporaries.discard(session, file);
      throw check.reason;
    }
    return file;
  }

  /** Once is enough, unless it failed. */
  async #sweep(session: Session): Promise<void> {
    try {
      await this.temporaries.sweep(session);
    } catch (error) {
      this.#swept = undefined;
      throw error;
    }
  }

  async #assertFree(session: Session, key: ObjectKey): Promise<void> {
    if (await isTaken(session, this.folders.path(key))) throw this.#taken(key);
  }

  async #assertRoom(session: Session, key: ObjectKey, size: number): Promise<void> {
    const space = await unless(
      session.space(this.folders.path('')),
      ...[STATUS.noSuchFile, STATUS.permissionDenied, STATUS.failure, STATUS.unsupported],
    );
    // A file system without a size does not know its room either.
    if (!space || space.size === 0 || space.free >= size) return;
    const message = `${this.place} is full: ${size} bytes needed, ${space.free} free`;
    throw new Failure('storage.full', message, { place: this.place, key, size, free: space.free });
  }

  /** Whether the temporary file is gone by that. */
  async #commit(session: Session, file: TemporaryFile, key: ObjectKey): Promise<boolean> {
    const published = await this.#published(session, file, key);
    if (published === 'taken') throw this.#taken(key);
    await this.folders.sync(session, folderOf(key));
    return published === 'renamed';
  }

  /**
   * One after the other for each key: with servers that can do no better, a name is looked for before it is given, and
   * at least puts of one process do not come between.
   */
  async #published(session: Session, file: TemporaryFile, key: ObjectKey): Promise<Published> {
    const before = this.#publishing.get(key);
    const publishing = Promise.allSettled([before]).then(() => this.#publishNow(session, file, key));
    this.#publishing.set(key, publishing);
    try {
      return await publishing;
    } finally {
      if (this.#publishing.get(key) === publishing) this.#publishing.delete(key);
    }
  }

  /** A remove that empties a folder removes it, perhaps between our making it and using it. */
  async #publishNow(session: Session, file: TemporaryFile, key: ObjectKey): Promise<Published> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await publish(session, file.path, this.folders.path(key));
      } catch (error) {
        if (!isStatus(error, STATUS.noSuchFile) || attempt === MOST_ATTEMPTS) throw error;
        if (attempt > 1 && (await isTaken(session, file.path)) === false) throw error;
      }
      await this.folders.make(session, folderOf(key));
    }
  }

  #taken(key: ObjectKey): Failure {
    const message = `there is already an object "${key}" in ${this.place}`;
    return new Failure('storage.object-exists', message, { place: this.place, key });
  }

  /** What a put misses is never the object: somebody removed the container, or swept the temporary file, under it. */
  #bordered<T>(session: Session, key: ObjectKey, act: () => Promise<T>): Promise<T> {
    return bordered(this.place, key, async () => {
      try {
        return await act();
      } catch (error) {
        if (isStatus(error, STATUS.noSuchFile)) {
          const message = `${this.place} was changed while object "${key}" was stored`;
          throw new Failure('storage.unavailable', message, { place: this.place, key }, error);
        }
        if (isStatus(error, STATUS.failure)) throw (await this.#explained(session, key, error)) ?? error;
        throw error;
      }
    });
  }

  /** OpenSSH says only "Failure" of a full disk and of a read-only one. */
  async #explained(session: Session, key: ObjectKey, error: Error): Promise<Failure | undefined> {
    const space = await session.space(this.folders.path('')).catch(() => undefined);
    const context = { place: this.place, key, free: space?.free };
    if (space?.isReadOnly) {
      return new Failure('storage.read-only', `${this.place} is on a read-only file system`, context, error);
    }
    if (!space || space.size === 0 || space.free >= NO_ROOM_BYTES) return undefined;
    return new Failure('storage.full', `${this.place} is full`, context, error);
  }
}
