import { lstat, unlink } from 'node:fs/promises';
import { Failure, printable } from '#kernel';
import { untilAborted } from '../../abortable.js';
import { wholeBody } from '../../body.js';
import { folderOf } from '../../object-key.js';
import type { ObjectKey, RewindableBody } from '../../storage-backend.js';
import { BodyFiles, type BodyFile } from './body-file.js';
import { bordered, isErrno, unless } from './local-failure.js';
import type { LocalFolders } from './local-folders.js';
import type { LocalSystem } from './local-system.js';
import { Publication } from './publication.js';
import { Room, type Share, type Wish } from './room.js';
import type { TemporaryFile, TemporaryFiles } from './temporary-files.js';

/** Between two writes the signal is looked at. */
const MOST_BYTES_A_WRITE = 4 << 20;
/** Far more often than anybody could remove the folders under our hands by chance. */
const MOST_ATTEMPTS = 100;
/** What a file system says when others have filled it meanwhile, or all that this user may fill. */
const NO_ROOM = ['ENOSPC', 'EDQUOT'];

/**
 * Stores bodies: into a temporary file, synced, then published under its name, then the name synced. Until the last of
 * these nobody can see the object, and after it nothing can undo it. Memory held: one piece of each body, and 2 MiB for
 * each large one.
 */
export class LocalPut {
  readonly #publication: Publication;
  readonly #files: BodyFiles;
  readonly #room: Room;
  #swept: Promise<void> | undefined;

  constructor(
    private readonly folders: LocalFolders,
    private readonly temporaries: TemporaryFiles,
    system: LocalSystem,
  ) {
    this.#publication = new Publication(system, folders, temporaries);
    this.#files = new BodyFiles(system);
    this.#room = new Room(system, folders.container);
  }

  close(): void {
    this.#files.close();
  }

  async put(key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<void> {
    const { size } = body;
    const { file, share } = await this.#bordered({ key, size }, () => this.#begin(key, size));
    try {
      await this.#write({ key, size }, file, body, share, signal);
      signal?.throwIfAborted();
      await this.#bordered({ key, size }, () => this.#commit(file, key));
    } finally {
      share.giveBack();
      await file.discard();
    }
  }

  /** Whatever can be refused is refused before the first byte is written. */
  async #begin(
    key: ObjectKey,
    size: number,
  ): Promise<{ readonly file: TemporaryFile; readonly share: Share }> {
    if (await unless(lstat(this.folders.path(key)), 'ENOENT', 'ENOTDIR')) throw this.#taken(key);
    await this.folders.make('');
    // What killed processes left is swept first, since it may be what fills the disk.
    await (this.#swept ??= this.#sweep());
    const share = await this.#room.take({ key, size });
    try {
      return { file: await this.temporaries.create(), share };
    } catch (error) {
      share.giveBack();
      throw error;
    }
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

  async #write(
    wish: Wish,
    file: TemporaryFile,
    body: RewindableBody,
    share: Share,
    signal?: AbortSignal,
  ): Promise<void> {
    const to = await this.#bordered(wish, () => this.#files.begin(file, wish.size));
    try {
      for await (const piece of wholeBody(wish.key, body, untilAborted(body.open(), signal))) {
        await this.#writePiece(wish, to, piece, signal);
        share.used(piece.length);
      }
      await this.#bordered(wish, () => to.sync());
    } finally {
      await to.release();
    }
  }

  async #writePiece(wish: Wish, to: BodyFile, piece: Uint8Array, signal?: AbortSignal): Promise<void> {
    for (let at = 0; at < piece.length; at += MOST_BYTES_A_WRITE) {
      signal?.throwIfAborted();
      await this.#bordered(wish, () => to.write(piece.subarray(at, at + MOST_BYTES_A_WRITE)));
    }
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
  #bordered<T>(wish: Wish, act: () => Promise<T>): Promise<T> {
    const { container } = this.folders;
    const { key } = wish;
    return bordered(container, key, async () => {
      try {
        return await act();
      } catch (error) {
        if (isErrno(error, ...NO_ROOM)) throw await this.#room.hasRunOut(wish, error);
        if (!isErrno(error, 'ENOENT')) throw error;
        const message = `container "${printable(container)}" was changed while object "${key}" was stored`;
        throw new Failure('storage.unavailable', message, { container, key }, error);
      }
    });
  }
}
