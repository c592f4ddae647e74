import { Readable, Writable } from 'node:stream';
import { Failure } from '#kernel';
import { keepError } from '../../abortable.js';
import type { ByteRange, ObjectKey } from '../../storage-backend.js';
import { isDone, replyFailure } from './ftp-failure.js';
import type { Lease } from './ftp-pool.js';

/** Held for each stream that is read slowly. */
const MOST_WAITING_BYTES = 512 << 10;

interface Wanted {
  readonly key: ObjectKey;
  readonly range: ByteRange;
  /** Of the whole object. */
  readonly size: number;
}

/**
 * The bytes of a range, and nothing but these: when the last has come the transfer is ended, and the connection is given
 * back once the server has noticed. Resolves when the first byte is there, so that a refusal is a rejection.
 */
export async function download(lease: Lease, place: string, wanted: Wanted): Promise<Readable> {
  const { connection, giveBack } = lease;
  const { key, range, size } = wanted;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let left = range.end - range.start;
  let isLeft = false;
  let takeMore: (() => void) | undefined;

  const bytes = new Readable({
    highWaterMark: MOST_WAITING_BYTES,
    read: () => {
      const goOn = takeMore;
      takeMore = undefined;
      goOn?.();
    },
    destroy: (error, done) => {
      if (left > 0) leave();
      done(error);
    },
  });
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      begin();
      // An object that has grown meanwhile is not ours to judge.
      if (left === 0) return done();
      const part = chunk.length > left ? chunk.subarray(0, left) : chunk;
      left -= part.length;
      const hasRoom = bytes.push(part);
      if (left === 0) bytes.push(null);
      if (left === 0 && range.end < size) leave();
      else if (hasRoom || left === 0) done();
      else takeMore = done;
    },
  });
  const leave = (): void => {
    isLeft = true;
    connection.dropData();
    sink.destroy();
  };

  const transfer = async (): Promise<void> => {
    try {
      const reply = await connection.download(connection.path(key), range.start, keepSinkError(sink));
      if (left === 0 || isLeft) return;
      throw isDone(reply) ? brokenOff(place, wanted, left) : replyFailure(reply, 'read', place, key);
    } catch (error) {
      if (!isLeft) bytes.destroy(error as Error);
    } finally {
      // Whether the reply to a transfer that was left has come already is not known.
      if (isLeft && connection.isAlive) await connection.settle().catch(() => connection.close());
      giveBack();
      begin();
    }
  };
  keepError(bytes);
  void transfer();
  await begun;
  if (bytes.errored) throw bytes.errored;
  return bytes;
}

/** The library hears of errors of the sink by itself. */
function keepSinkError(sink: Writable): Writable {
  return sink.on('error', () => undefined);
}

function brokenOff(place: string, { key, range }: Wanted, left: number): Failure {
  const at = range.end - left;
  const message = `object "${key}" in ${place} broke off at byte ${at} of ${range.end} while it was read`;
  return new Failure('storage.unavailable', message, { place, key, at, end: range.end });
}
