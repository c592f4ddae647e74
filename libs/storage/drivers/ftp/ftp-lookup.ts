import { Failure, printable } from '#kernel';
import { folderOf } from '../../object-key.js';
import type { ObjectKey } from '../../storage-backend.js';
import type { FtpConnection } from './ftp-connection.js';
import { isDone, isNoAnswer, replyFailure } from './ftp-failure.js';
import type { FtpListing } from './ftp-listing.js';
import { exactTime } from './listing-time.js';

/**
 * Whether something has this name. A client that may not ask for sizes begins to rename it, and leaves it at that; the
 * right to rename it needs anyhow.
 */
export async function isTaken(connection: FtpConnection, key: ObjectKey): Promise<boolean> {
  const size = await connection.ask('SIZE', connection.path(key));
  if (isDone(size)) return true;
  if (!isNoAnswer(size)) return false;
  return (await connection.ask('RNFR', connection.path(key))).code === 350;
}

/** Bytes of an object. Rejects with `storage.object-missing` when there is none. */
export async function sizeOf(
  connection: FtpConnection,
  listing: FtpListing,
  key: ObjectKey,
  place: string,
): Promise<number> {
  const reply = await connection.ask('SIZE', connection.path(key));
  const size = sizeIn(reply.message);
  if (isDone(reply) && size !== undefined) return size;
  if (!isNoAnswer(reply)) throw replyFailure(reply, 'read', place, key);
  // The server does not tell sizes, but perhaps lists them.
  const found = await listing.find(connection, key);
  if (found) return found.size;
  const message = `there is no object "${printable(key)}" in ${place}`;
  throw new Failure('storage.object-missing', message, { place, key });
}

export function sizeIn(message: string): number | undefined {
  const digits = /^213[ -](\d+)/.exec(message)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** When an object was stored, to the same precision as listings tell it. */
export async function timeOf(connection: FtpConnection, listing: FtpListing, key: ObjectKey): Promise<Date> {
  const reply = await connection.ask('MDTM', connection.path(key));
  const at = isDone(reply) ? exactTime(reply.message.slice(4)) : undefined;
  if (at === undefined) return (await listing.seek(connection, key))?.modifiedAt ?? listing.unknownTime();
  const precisionMs = connection.hasExactListings ? 1 : 60_000;
  return new Date(Math.floor(at.getTime() / precisionMs) * precisionMs);
}

/** The object in whose place a folder would be needed for `key`. */
export async function objectOnTheWay(
  connection: FtpConnection,
  key: ObjectKey,
): Promise<ObjectKey | undefined> {
  for (let folder = folderOf(key); folder !== ''; folder = folderOf(folder)) {
    if (isDone(await connection.ask('SIZE', connection.path(folder)))) return folder;
  }
  return undefined;
}
