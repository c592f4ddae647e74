import type { FileInfo } from 'basic-ftp';
import type { Clock } from '#kernel';
import { folderOf, isKeyComponent, RESERVED_FOLDER } from '../../object-key.js';
import type { ObjectInfo, ObjectKey } from '../../storage-backend.js';
import type { FtpConnection } from './ftp-connection.js';
import { isDone, isNoAnswer, replyFailure } from './ftp-failure.js';
import { exactTime, listedTime, zoneOffsetMs } from './listing-time.js';

export interface Listed {
  /** Objects, and folders with a slash at the end. */
  readonly name: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

/**
 * What is in a folder. By `MLSD` times are exact; by `LIST` they are told in minutes, or days when they are older than
 * half a year, in the zone of the server, which one `MDTM` tells.
 */
export class FtpListing {
  #offsetMs: number | undefined;

  constructor(
    private readonly place: string,
    private readonly clock: Clock,
  ) {}

  /** Unsorted; `undefined` when there is no such folder. `prefix` is `''` or ends in `/`. */
  async entries(connection: FtpConnection, prefix: string): Promise<readonly Listed[] | undefined> {
    const entered = await connection.ask('CWD', connection.path(prefix));
    if (!isDone(entered)) {
      if (isNoAnswer(entered)) throw replyFailure(entered, 'list', this.place, prefix);
      return undefined;
    }
    const found = await connection.entries();
    if ('code' in found) throw replyFailure(found, 'list', this.place, prefix);
    const parts = found.filter((entry) => isPart(entry, prefix));
    const listed: Listed[] = [];
    for (const entry of parts) {
      const name = entry.isDirectory ? `${entry.name}/` : entry.name;
      listed.push({ name, size: entry.size, modifiedAt: await this.#time(connection, prefix, entry) });
    }
    return listed;
  }

  /** An object, looked for in the listing of its folder. */
  async find(connection: FtpConnection, key: ObjectKey): Promise<ObjectInfo | undefined> {
    const folder = folderOf(key);
    const prefix = folder === '' ? '' : `${folder}/`;
    const entries = await this.entries(connection, prefix);
    const found = entries?.find(({ name }) => `${prefix}${name}` === key);
    return found && { key, size: found.size, modifiedAt: found.modifiedAt };
  }

  /** The same, or nothing where the server does not let us list. */
  async seek(connection: FtpConnection, key: ObjectKey): Promise<ObjectInfo | undefined> {
    try {
      return await this.find(connection, key);
    } catch (error) {
      if (connection.isAlive) return undefined;
      throw error;
    }
  }

  /** For what the server tells no time of: such an object is taken to be new, lest it be swept as old. */
  unknownTime(): Date {
    return this.clock.now();
  }

  async #time(connection: FtpConnection, prefix: string, entry: FileInfo): Promise<Date> {
    if (entry.modifiedAt) return entry.modifiedAt;
    const listed = listedTime(entry.rawModifiedAt, this.clock.now());
    if (!listed) return this.unknownTime();
    if (entry.isFile && listed.hasMinutes && this.#offsetMs === undefined)
      this.#offsetMs = await zoneOf(connection, `${prefix}${entry.name}`, listed.at);
    return new Date(listed.at.getTime() - (this.#offsetMs ?? 0));
  }
}

async function zoneOf(connection: FtpConnection, key: ObjectKey, listed: Date): Promise<number> {
  const reply = await connection.ask('MDTM', connection.path(key));
  const exact = isDone(reply) ? exactTime(reply.message.slice(4)) : undefined;
  return exact ? zoneOffsetMs(listed, exact) : 0;
}

function isPart(entry: FileInfo, prefix: string): boolean {
  if (prefix === '' && entry.name === RESERVED_FOLDER) return false;
  return (entry.isFile || entry.isDirectory) && isKeyComponent(entry.name);
}
