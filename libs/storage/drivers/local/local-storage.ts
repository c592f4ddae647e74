import { constants } from 'node:fs';
import { lstat, open, stat, unlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Failure, printable } from '#kernel';
import { stoppedBy } from '../../abortable.js';
import { rangeWithin } from '../../byte-range.js';
import { assertKey, assertPrefix, folderOf } from '../../object-key.js';
import type {
  ByteRange,
  ObjectInfo,
  ObjectKey,
  RewindableBody,
  StorageBackend,
  StorageProperties,
} from '../../storage-backend.js';
import { FileStream } from './file-stream.js';
import { foldersBelow, infoOf, objectsBelow } from './key-walk.js';
import { bordered, isErrno, localFailure, unless } from './local-failure.js';
import { LocalFolders } from './local-folders.js';
import { LocalPut } from './local-put.js';
import { localSystem, type LocalSystem } from './local-system.js';
import { TemporaryFiles } from './temporary-files.js';

/** What the file system says of a key that is no object: nothing there, a file on the way to it, or a symlink. */
const NO_OBJECT = ['ENOENT', 'ENOTDIR', 'ELOOP'];
/** A FIFO that lies where an object should be must not hold up whoever opens it. */
const READ_NOTHING_BUT_FILES = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Opens a directory, which need not be there yet. Rejects with `input.invalid` when something else is in its place. */
export async function openLocalStorage(
  container: string,
  system: LocalSystem = localSystem(),
): Promise<StorageBackend> {
  const found = await bordered(container, '', () => unless(stat(container), 'ENOENT'));
  if (found && !found.isDirectory()) {
    throw new Failure('input.invalid', `container "${printable(container)}" is not a directory`, {
      container,
    });
  }
  return new LocalStorage(container, system);
}

class LocalStorage implements StorageBackend {
  readonly properties: StorageProperties;
  readonly #folders: LocalFolders;
  readonly #temporaries: TemporaryFiles;
  readonly #put: LocalPut;
  #isClosed = false;

  constructor(
    private readonly container: string,
    system: LocalSystem,
  ) {
    this.properties = {
      ...{ connections: 4, atomicPut: true, rangeReads: true },
      maxObjectSize: Number.MAX_SAFE_INTEGER,
      place: container,
      directories: [container],
    };
    this.#folders = new LocalFolders(container);
    this.#temporaries = new TemporaryFiles(this.#folders, system);
    this.#put = new LocalPut(this.#folders, this.#temporaries, system);
  }

  async put(key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<void> {
    this.#begin(signal);
    assertKey(key);
    await this.#put.put(key, body, signal);
  }

  async get(key: ObjectKey, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    this.#begin(signal);
    assertKey(key);
    return bordered(this.container, key, async () => stoppedBy(signal, await this.#open(key, range)));
  }

  async head(key: ObjectKey, signal?: AbortSignal): Promise<ObjectInfo> {
    this.#begin(signal);
    assertKey(key);
    return bordered(this.container, key, async () => {
      const found =
        (await this.#hasFolder(key)) && (await unless(lstat(this.#folders.path(key)), ...NO_OBJECT));
      if (!found || !found.isFile()) throw this.#missing(key);
      return infoOf(key, found);
    });
  }

  list(prefix: ObjectKey, signal?: AbortSignal): AsyncIterable<ObjectInfo> {
    return this.#listing(prefix, signal, () => objectsBelow(this.#folders, prefix, signal));
  }

  folders(prefix: ObjectKey, signal?: AbortSignal): AsyncIterable<string> {
    return this.#listing(prefix, signal, () => foldersBelow(this.#folders, prefix, signal));
  }

  async remove(key: ObjectKey, signal?: AbortSignal): Promise<void> {
    this.#begin(signal);
    assertKey(key);
    await bordered(this.container, key, async () => {
      const path = this.#folders.path(key);
      const found = (await this.#hasFolder(key)) && (await unless(lstat(path), ...NO_OBJECT));
      if (!found || !found.isFile()) return;
      signal?.throwIfAborted();
      await unless(unlink(path), ...NO_OBJECT);
      await this.#folders.sync(folderOf(key));
      await this.#folders.prune(folderOf(key));
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#put.close();
    await bordered(this.container, '', () => this.#temporaries.close());
  }

  async #open(key: ObjectKey, range: ByteRange | undefined): Promise<Readable> {
    const opening = async () =>
      unless(open(this.#folders.path(key), READ_NOTHING_BUT_FILES), ...NO_OBJECT, 'ENXIO');
    const handle = (await this.#hasFolder(key)) ? await opening() : undefined;
    if (!handle) throw this.#missing(key);
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw this.#missing(key);
      const border = (error: unknown) =>
        isErrno(error) ? localFailure(error, this.container, key) : (error as Error);
      return new FileStream(handle, rangeWithin(range, found.size, key), border);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async *#listing<T>(
    prefix: ObjectKey,
    signal: AbortSignal | undefined,
    walk: () => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    this.#begin(signal);
    assertPrefix(prefix);
    try {
      yield* walk();
    } catch (error) {
      throw isErrno(error) ? localFailure(error, this.container, prefix) : error;
    }
  }

  async #hasFolder(key: ObjectKey): Promise<boolean> {
    return (await this.#folders.find(folderOf(key))) !== undefined;
  }

  #begin(signal: AbortSignal | undefined): void {
    if (this.#isClosed) {
      const { container } = this;
      throw new Failure('storage.closed', `container "${printable(container)}" is closed`, { container });
    }
    signal?.throwIfAborted();
  }

  #missing(key: ObjectKey): Failure {
    const { container } = this;
    const message = `there is no object "${key}" in container "${printable(container)}"`;
    return new Failure('storage.object-missing', message, { container, key });
  }
}
