import { lstat, unlink, type FileHandle } from 'node:fs/promises';
import { Failure, printable } from '#kernel';
import { untilAborted } from '../../abortable.js';
import { wholeBody } from '../../body.js';
import { folderOf } from '../../object-key.js';
import type { ObjectKey, RewindableBody } from '../../storage-backend.js';
import { bordered, isErrno, unless } from './local-failure.js';
import type { LocalFolders } from './local-folders.js';
import type { LocalSystem } from './local-system.js';
import { Publication } from './publication.js';
import type { TemporaryFile, TemporaryFiles } from './temporary-files.js';

/** Between two writes the signal is looked at. */
const MOST_BYTES_A_WRITE = 4 << 20;
/** Far more often than anybody could remove the folders under our hands by chance. */
const MOST_ATTEMPTS = 100;

/**
 * Stores bodies: into a temporary file, synced, then published under its name, then the name synced. Until the last of
 * these nobody can see the object, and after it nothing can undo it. Memory held: one piece of the body.
 */
export class LocalPut {
  readonly #publication: Publication;
  #swept: Promise<void> | undefined;

  constructor(
    private readonly folders: LocalFolders,
    private readonly temporaries: TemporaryFiles,
    private readonly system: LocalSystem,
  ) {
    this.#publication = new Publication(system, folders, temporaries);
  }

  async put(key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<void> {
    const file = await this.#bordered(key, () => this.#begin(key, body));
    try {
      await this.#write(file.handle, key, body, signal);
      signal?.throwIfAborted();
      await this.#bordered(key, () => this.#commit(file, key));
    } finally {
      await file.discard();
    }
  }

  /** Whatever can be refused is refused before the first byte is written. */
  async #begin(key: ObjectKey, body: RewindableBody): Promise<TemporaryFile> {
    if (await unless(lstat(this.folders.path(key)), 'ENOENT', 'ENOTDIR')) throw this.#taken(key);
    await this.folders.make('');
    // What killed processes left is swept first, since it may be what fills the disk.
    await (this.#swept ??= this.#sweep());
    await this.#assertRoom(key, body.size);
    return this.temporaries.create();
  }

  /** Once is enough, unless it failed. */
  async #sweep(): Promise<void> {
    try {
      await this.temporaries.sweep();
    } catch (error) {
      this.#swept = undefined;
      throw error;
    }
  }

  async #assertRoom(key: ObjectKey, size: number): Promise<void> {
    const { container } = this.folders;
    const { bavail, bsize, blocks } = await this.system.space(container);
    const free = bavail * bsize;
    // A file system without a size does not know its room either.
    if (blocks === 0 || free >= size) return;
    const message = `container "${printable(container)}" is full: ${size} bytes needed, ${free} free`;
    throw new Failure('storage.full', message, { container, key, size, free });
  }

  async #write(
    handle: FileHandle,
    key: ObjectKey,
    body: RewindableBody,
    signal?: AbortSignal,
  ): Promise<void> {
    for await (const piece of wholeBody(key, body, untilAborted(body.open(), signal))) {
      for (let at = 0; at < piece.length;) {
        signal?.throwIfAborted();
        const length = Math.min(MOST_BYTES_A_WRITE, piece.length - at);
        at += (await this.#bordered(key, () => handle.write(piece, at, length))).bytesWritten;
      }
    }
    await this.#bordered(key, () => handle.sync());
  }

  async #commit(file: TemporaryFile, key: ObjectKey): Promise<void> {
    if (!(await this.#published(file, key))) throw this.#taken(key);
    try {
      await this.folders.sync(folderOf(key));
    } catch (error) {
      // Not known to be durable, so it must not be seen.
      await unless(unlink(this.folders.path(key)), 'ENOENT');
      throw error;
    }
  }

  /** A remove that empties a folder removes it, perhaps between our making it and using it. */
  async #published(file: TemporaryFile, key: ObjectKey): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.folders.make(folderOf(key));
        return await this.#publication.publish(file, key);
      } catch (error) {
        if (!isErrno(error, 'ENOENT') || attempt === MOST_ATTEMPTS || (await file.names()) === 0) throw error;
      }
    }
  }

  #taken(key: ObjectKey): Failure {
    const { container } = this.folders;
    const message = `there is already an object "${key}" in container "${printable(container)}"`;
    return new Failure('storage.object-exists', message, { container, key });
  }

  /** What a put misses is never the object: somebody removed the container, or swept the temporary file, under it. */
  #bordered<T>(key: ObjectKey, act: () => Promise<T>): Promise<T> {
    const { container } = this.folders;
    return bordered(container, key, async () => {
      try {
        return await act();
      } catch (error) {
        if (!isErrno(error, 'ENOENT')) throw error;
        const message = `container "${printable(container)}" was changed while object "${key}" was stored`;
        throw new Failure('storage.unavailable', message, { container, key }, error);
      }
    });
  }
}
