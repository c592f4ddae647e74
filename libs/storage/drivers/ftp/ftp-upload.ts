import { Readable } from 'node:stream';
import { keepError, untilAborted } from '../../abortable.js';
import { wholeBody } from '../../body.js';
import type { ObjectKey, RewindableBody } from '../../storage-backend.js';

/** Small enough that a slow line is seen to move within any timeout, large enough to cost nothing. */
const PIECE_BYTES = 256 << 10;
/** More than a socket takes before it asks to wait, so that the next piece is asked for when this one has left. */
const LARGE_BYTES = 128 << 10;

/** A body on its way to a server; what the body itself throws is kept, since the connection breaks by it. */
export interface UploadSource {
  readonly stream: Readable;
  /** Throws what the body threw. */
  rethrow(): void;
}

/** The body is opened when it is first read, which is when the server waits for it. */
export function uploadSource(
  key: ObjectKey,
  body: RewindableBody,
  dataReady: () => Promise<void>,
  signal?: AbortSignal,
): UploadSource {
  let thrown: { readonly error: unknown } | undefined;
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      yield* wholeBody(key, body, untilAborted(body.open(), signal));
    } catch (error) {
      thrown = { error };
      throw error;
    }
  }
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of whole()) {
      for (let at = 0; at < piece.length; at += PIECE_BYTES) {
        const part = piece.subarray(at, at + PIECE_BYTES);
        // Whoever makes the body may use its buffer again, while a small part still waits for the line.
        yield part.length < LARGE_BYTES ? Buffer.from(part) : part;
      }
    }
    // An end without a byte before it would overtake the handshake, and break it.
    await dataReady();
  }
  const iterator = pieces();
  const stream = new Readable({
    // Nothing is read ahead.
    highWaterMark: 0,
    read: () =>
      void iterator.next().then(
        ({ done, value }) => stream.destroyed || stream.push(done ? null : value),
        (error: unknown) => stream.destroy(error as Error),
      ),
    // Of a broken connection the stream says nothing: the library would end the session before the server says why.
    destroy: (_error, done) => {
      iterator.return(undefined).catch(() => undefined);
      done(thrown ? (thrown.error as Error) : null);
    },
  });
  return {
    stream: keepError(stream),
    rethrow: () => {
      if (thrown) throw thrown.error;
    },
  };
}
