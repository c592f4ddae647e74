import { Readable } from 'node:stream';
import { systemClock, type Clock } from '#kernel';
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
import { download } from './ftp-download.js';
import { isDone, replyFailure } from './ftp-failure.js';
import { pruneFolders } from './ftp-folders.js';
import { FtpListing } from './ftp-listing.js';
import { connectFtp } from './ftp-login.js';
import { isTaken, sizeOf, timeOf } from './ftp-lookup.js';
import { FtpPool } from './ftp-pool.js';
import { FtpPut } from './ftp-put.js';
import type { FtpSettings } from './ftp-settings.js';
import { FtpTemporaries } from './ftp-temporaries.js';
import { foldersBelow, objectsBelow, type Look } from './ftp-walk.js';
import { orStopped } from './or-stopped.js';

/** Connects when it is first needed. */
export function openFtpStorage(settings: FtpSettings, clock: Clock = systemClock): StorageBackend {
  return new FtpStorage(settings, clock);
}

class FtpStorage implements StorageBackend {
  readonly properties: StorageProperties;
  readonly #pool: FtpPool;
  readonly #listing: FtpListing;
  readonly #put: FtpPut;

  constructor(settings: FtpSettings, clock: Clock) {
    const { connections, place } = settings;
    this.properties = {
      ...{ connections, place, atomicPut: true, rangeReads: true },
      maxObjectSize: Number.MAX_SAFE_INTEGER,
    };
    this.#pool = new FtpPool(connections, place, (signal) => connectFtp(settings, signal));
    this.#listing = new FtpListing(place, clock);
    this.#put = new FtpPut(this.#pool, new FtpTemporaries(this.#listing, clock), place);
  }

  async put(key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<void> {
    this.#begin(signal);
    assertKey(key);
    await this.#put.put(key, body, signal);
  }

  async get(key: ObjectKey, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    this.#begin(signal);
    assertKey(key);
    const { place } = this.properties;
    const lease = await this.#pool.lease(signal);
    let isHandedOn = false;
    const open = async (): Promise<Readable> => {
      const size = await sizeOf(lease.connection, this.#listing, key, place);
      const within = rangeWithin(range, size, key);
      if (within.start === within.end) return Readable.from([], { objectMode: false });
      signal?.throwIfAborted();
      isHandedOn = true;
      return download(lease, place, { key, range: within, size });
    };
    try {
      return stoppedBy(signal, await orStopped(signal, open, () => lease.connection.close()));
    } finally {
      if (!isHandedOn) lease.giveBack();
    }
  }

  async head(key: ObjectKey, signal?: AbortSignal): Promise<ObjectInfo> {
    this.#begin(signal);
    assertKey(key);
    return this.#pool.run(signal, async (connection) => {
      const size = await sizeOf(connection, this.#listing, key, this.properties.place);
      return { key, size, modifiedAt: await timeOf(connection, this.#listing, key) };
    });
  }

  async *list(prefix: ObjectKey, signal?: AbortSignal): AsyncGenerator<ObjectInfo> {
    for await (const info of objectsBelow(this.#look(prefix, signal), prefix)) {
      signal?.throwIfAborted();
      yield info;
    }
  }

  async *folders(prefix: ObjectKey, signal?: AbortSignal): AsyncGenerator<string> {
    yield* foldersBelow(this.#look(prefix, signal), prefix);
  }

  async remove(key: ObjectKey, signal?: AbortSignal): Promise<void> {
    this.#begin(signal);
    assertKey(key);
    await this.#pool.run(signal, async (connection) => {
      const reply = await connection.ask('DELE', connection.path(key));
      if (isDone(reply)) return pruneFolders(connection, folderOf(key));
      if (await isTaken(connection, key)) throw replyFailure(reply, 'remove', this.properties.place, key);
    });
  }

  async close(): Promise<void> {
    await this.#put.close();
    this.#pool.close();
  }

  #look(prefix: ObjectKey, signal: AbortSignal | undefined): Look {
    this.#begin(signal);
    assertPrefix(prefix);
    return (folder) => {
      this.#begin(signal);
      return this.#pool.run(signal, (connection) => this.#listing.entries(connection, folder));
    };
  }

  #begin(signal: AbortSignal | undefined): void {
    this.#pool.assertOpen();
    signal?.throwIfAborted();
  }
}
