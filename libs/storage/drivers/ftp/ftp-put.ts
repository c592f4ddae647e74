import { deadline, Failure } from '#kernel';
import { KeyTurns } from '../../key-turns.js';
import { folderOf, RESERVED_FOLDER } from '../../object-key.js';
import type { ObjectKey, RewindableBody } from '../../storage-backend.js';
import type { FtpConnection } from './ftp-connection.js';
import { isDone, isNoAnswer, replyFailure, type Reply } from './ftp-failure.js';
import { makeFolder } from './ftp-folders.js';
import { isTaken, objectOnTheWay, sizeIn } from './ftp-lookup.js';
import type { FtpPool } from './ftp-pool.js';
import type { FtpTemporaries } from './ftp-temporaries.js';
import { uploadSource } from './ftp-upload.js';
import { orStopped } from './or-stopped.js';

/** Far more often than anybody could remove the folders under our hands by chance. */
const MOST_RENAMES = 50;
/** Renames refused though the folder is there: then it is not the folder. */
const MOST_REFUSALS = 4;
const FAREWELL_MS = 5000;

/** Of this whole process, since two openings of a place do not know of each other. */
const turns = new KeyTurns();

/**
 * Stores bodies: under a temporary name, the size checked, then renamed. Until the rename nobody can see the object.
 * Memory held: some pieces of the body.
 */
export class FtpPut {
  readonly #discarding = new Set<Promise<void>>();
  #swept: Promise<void> | undefined;

  constructor(
    private readonly pool: FtpPool,
    private readonly temporaries: FtpTemporaries,
    private readonly place: string,
  ) {}

  async put(key: ObjectKey, body: RewindableBody, signal?: AbortSignal): Promise<void> {
    const { connection, giveBack } = await this.pool.lease(signal);
    const temporary = this.temporaries.next();
    try {
      const close = () => connection.close();
      await orStopped(signal, () => this.#sweep(connection), close);
      await orStopped(signal, () => this.#upload(connection, temporary, key, body, signal), close);
      // From here on it is not stopped any more: a rename on its way may or may not happen.
      await turns.run(`${this.place} ${key}`, () => this.#commit(connection, temporary, key, signal));
    } catch (error) {
      await this.#discard(connection, temporary);
      throw error;
    } finally {
      giveBack();
    }
  }

  /** Waits for what is still to be tidied up, but not long. */
  async close(): Promise<void> {
    const limit = deadline(FAREWELL_MS, new Error('no answer'));
    const all = Promise.all(this.#discarding);
    await orStopped(
      limit.signal,
      () => all,
      () => undefined,
    ).catch(() => undefined);
    limit.clear();
  }

  async #upload(
    connection: FtpConnection,
    temporary: string,
    key: ObjectKey,
    body: RewindableBody,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (await isTaken(connection, key)) throw this.#taken(key);
    const source = uploadSource(key, body, connection.dataReady, signal);
    try {
      const path = connection.path(temporary);
      let reply = await connection.upload(path, source.stream);
      if (reply.code === 553 || reply.code === 550) {
        await makeFolder(connection, RESERVED_FOLDER);
        reply = await connection.upload(path, source.stream);
      }
      source.rethrow();
      if (!isDone(reply)) throw this.#refused(reply, key);
      await this.#assertWhole(connection, path, key, body.size);
    } catch (error) {
      source.rethrow();
      throw error;
    } finally {
      source.stream.destroy();
    }
  }

  /** A client that may not ask for sizes relies on the server's word. */
  async #assertWhole(connection: FtpConnection, path: string, key: ObjectKey, size: number): Promise<void> {
    const reply = await connection.ask('SIZE', path);
    const stored = sizeIn(reply.message);
    if (stored === size || (stored === undefined && isNoAnswer(reply))) return;
    const { place } = this;
    const message = `${place} has ${stored ?? 'none'} of the ${size} bytes of object "${key}" that were sent`;
    throw new Failure('storage.unavailable', message, { place, key, size, stored });
  }

  async #commit(
    connection: FtpConnection,
    temporary: string,
    key: ObjectKey,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    let refusals = 0;
    for (let renames = 1; ; renames += 1) {
      signal?.throwIfAborted();
      if (await isTaken(connection, key)) throw this.#taken(key);
      const from = await connection.ask('RNFR', connection.path(temporary));
      if (from.code !== 350) throw isNoAnswer(from) ? this.#refused(from, key) : this.#vanished(key);
      const to = await connection.ask('RNTO', connection.path(key));
      if (isDone(to)) return;
      if (isNoAnswer(to) && to.code !== 553) throw this.#refused(to, key);
      // The folder is not there yet, or a remove has just emptied and removed it.
      const made = await makeFolder(connection, folderOf(key));
      if (made === 'there' && isDone(await connection.ask('CWD', connection.path(key))))
        throw this.#taken(key);
      if (made !== 'made') refusals += 1;
      if (refusals < MOST_REFUSALS && renames < MOST_RENAMES) continue;
      const object = await objectOnTheWay(connection, key);
      if (object === undefined) throw this.#refused(made === 'made' || made === 'there' ? to : made, key);
      const message = `${this.place} cannot hold object "${key}", since "${object}" is an object`;
      throw new Failure('storage.key-invalid', message, { place: this.place, key });
    }
  }

  /** Now when the connection still works, else behind the back of whoever waits for the failure. */
  async #discard(connection: FtpConnection, temporary: string): Promise<void> {
    const remove = async (open: FtpConnection): Promise<void> => {
      await open.ask('DELE', open.path(temporary));
    };
    if (connection.isAlive) return remove(connection).catch(() => undefined);
    const removed = this.pool.run(undefined, remove).catch(() => undefined);
    this.#discarding.add(removed);
    void removed.finally(() => this.#discarding.delete(removed));
  }

  /** What stands in the way of tidying up does not stand in the way of storing. */
  async #sweep(connection: FtpConnection): Promise<void> {
    try {
      await (this.#swept ??= this.temporaries.sweep(connection));
    } catch (error) {
      this.#swept = undefined;
      if (!connection.isAlive) throw error;
    }
  }

  #refused(reply: Reply, key: ObjectKey): Failure {
    return replyFailure(reply, 'store', this.place, key);
  }

  #vanished(key: ObjectKey): Failure {
    const { place } = this;
    const message = `${place} lost object "${key}" before it got its name`;
    return new Failure('storage.unavailable', message, { place, key });
  }

  #taken(key: ObjectKey): Failure {
    const { place } = this;
    return new Failure('storage.object-exists', `there is already an object "${key}" in ${place}`, {
      place,
      key,
    });
  }
}
