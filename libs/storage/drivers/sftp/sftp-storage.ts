import type { Readable } from 'node:stream';
import type { Stats } from 'ssh2';
import { deadline, Failure } from '#kernel';
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
import { isRegularFile } from './file-kind.js';
import { FileStream } from './file-stream.js';
import { namesIn } from './folder-names.js';
import { foldersBelow, infoOf, objectsBelow, type ReadFolder } from './key-walk.js';
import { orAborted } from '../../abortable.js';
import type { Session } from './session.js';
import type { Lease, SessionPool } from './session-pool.js';
import { SftpFolders } from './sftp-folders.js';
import { SftpPut } from './sftp-put.js';
import { bordered, borderOf, isStatus, STATUS, unless } from './sftp-status.js';
import { TemporaryFiles } from './temporary-files.js';

/** How long a close waits for calls that were called off to tidy up. */
const MOST_TIDYING_MS = 5000;

/** Objects as files below a directory of an SSH server. */
export class SftpStorage implements StorageBackend {
  readonly properties: StorageProperties;
  readonly #folders: SftpFolders;
  readonly #temporaries: TemporaryFiles;
  readonly #put: SftpPut;
  /** Calls that go on behind those who have given up on them, until they have tidied up. */
  readonly #running = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(
    private readonly pool: SessionPool,
    container: string,
    private readonly place: string,
    connections: number,
  ) {
    const maxObjectSize = Number.MAX_SAFE_INTEGER;
    this.properties = { connections, atomicPut: true, rangeReads: true, maxObjectSize, place };
    this.#folders = new SftpFolders(container, place);
    this.#temporaries = new TemporaryFiles(this.#folders);
    this.#put = new SftpPut(this.#folders, this.#temporaries, place);
  }

  async put(key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<void> {
    this.#begin(signal);
    assertKey(key);
    let isCommitting = false;
    const committing = (): void => void (isCommitting = true);
    const putting = this.pool.use(signal, (session) => this.#put.put(session, key, body, signal, committing));
    await orAborted(this.#kept(putting), signal, () => !isCommitting);
  }

  async get(key: ObjectKey, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    this.#begin(signal);
    assertKey(key);
    const lease = await this.pool.take(signal);
    const opening = this.#bordered(key, () => this.#open(lease, key, range));
    this.#kept(opening).catch(lease.giveBack);
    try {
      return stoppedBy(signal, await orAborted(opening, signal));
    } catch (error) {
      opening.then((stream) => stream.destroy(), lease.giveBack);
      throw error;
    }
  }

  async head(key: ObjectKey, signal?: AbortSignal): Promise<ObjectInfo> {
    this.#begin(signal);
    assertKey(key);
    return this.#asking(key, signal, async (session) => infoOf(key, await this.#object(session, key)));
  }

  list(prefix: ObjectKey, signal?: AbortSignal): AsyncIterable<ObjectInfo> {
    return this.#listing(prefix, signal, (read) => objectsBelow(read, prefix));
  }

  folders(prefix: ObjectKey, signal?: AbortSignal): AsyncIterable<string> {
    return this.#listing(prefix, signal, (read) => foldersBelow(read, prefix));
  }

  async remove(key: ObjectKey, signal?: AbortSignal): Promise<void> {
    this.#begin(signal);
    assertKey(key);
    await this.#asking(key, signal, async (session) => {
      if (await this.#isUnlinked(session, key)) await this.#folders.prune(session, folderOf(key));
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const late = deadline(MOST_TIDYING_MS, new Error('late'));
    try {
      await orAborted(this.#tidied(), late.signal);
    } catch {
      // What is left is swept by a later put.
    } finally {
      late.clear();
      await this.pool.close();
    }
  }

  async #tidied(): Promise<void> {
    await Promise.allSettled(this.#running);
    const session = this.pool.present;
    if (session) await this.#temporaries.close(session);
  }

  #begin(signal: AbortSignal | undefined): void {
    if (this.#isClosed) throw new Failure('storage.closed', `${this.place} is closed`, { place: this.place });
    signal?.throwIfAborted();
  }

  #bordered<T>(key: ObjectKey, act: () => Promise<T>): Promise<T> {
    return bordered(this.place, key, act);
  }

  #asking<T>(
    key: ObjectKey,
    signal: AbortSignal | undefined,
    act: (session: Session) => Promise<T>,
  ): Promise<T> {
    return orAborted(
      this.#kept(this.pool.use(signal, (session) => this.#bordered(key, () => act(session)))),
      signal,
    );
  }

  #kept<T>(running: Promise<T>): Promise<T> {
    this.#running.add(running);
    const forget = (): void => void this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  async #open(lease: Lease, key: ObjectKey, range: ByteRange | undefined): Promise<Readable> {
    const { session } = lease;
    const opening = session.open(this.#folders.path(key), 'r');
    // Both at once, as a far server takes its time.
    const [found, opened] = await Promise.allSettled([this.#object(session, key), opening]);
    try {
      if (found.status === 'rejected') throw found.reason;
      const handle = await opening;
      const bytes = rangeWithin(range, found.value.size, key);
      return new FileStream(lease, handle, bytes, borderOf(this.place, key));
    } catch (error) {
      if (opened.status === 'fulfilled') await Promise.allSettled([session.closeHandle(opened.value)]);
      throw error;
    }
  }

  async #object(session: Session, key: ObjectKey): Promise<Stats> {
    const found = await unless(session.lstat(this.#folders.path(key)), STATUS.noSuchFile);
    if (found && isRegularFile(found)) return found;
    const message = `there is no object "${key}" in ${this.place}`;
    throw new Failure('storage.object-missing', message, { place: this.place, key });
  }

  /** Whether there was an object. Servers have many answers to a folder that is to be unlinked. */
  async #isUnlinked(session: Session, key: ObjectKey): Promise<boolean> {
    const path = this.#folders.path(key);
    try {
      await session.unlink(path);
      return true;
    } catch (error) {
      if (!isStatus(error)) throw error;
      if (isStatus(error, STATUS.noSuchFile)) return false;
      const found = await unless(session.lstat(path), STATUS.noSuchFile);
      if (!found || !isRegularFile(found)) return false;
      throw error;
    }
  }

  async *#listing<T>(
    prefix: ObjectKey,
    signal: AbortSignal | undefined,
    walk: (read: ReadFolder) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    this.#begin(signal);
    assertPrefix(prefix);
    const read: ReadFolder = (folder, isEnough) =>
      this.#asking(folder, signal, async (session) => {
        const path = this.#folders.path(folder.slice(0, -1));
        return (await unless(namesIn(session, path, isEnough), STATUS.noSuchFile)) ?? [];
      });
    for await (const found of walk(read)) {
      signal?.throwIfAborted();
      yield found;
    }
    signal?.throwIfAborted();
  }
}
