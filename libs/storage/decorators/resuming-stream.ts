import type { Readable } from 'node:stream';
import { Failure } from '#kernel';
import { CallSignal } from './call-signal.js';
import { Patience, type RetryOptions } from './patience.js';
import { relay } from './relay.js';
import type { ByteRange, ObjectKey, StorageBackend } from '../storage-backend.js';

/**
 * `first` and, whenever it breaks, what is left of the object, opened anew at the byte reached. Each byte read renews
 * the patience, so that only a storage that gives nothing at all is given up.
 */
export function resumingStream(
  inner: StorageBackend,
  key: ObjectKey,
  range: ByteRange | undefined,
  first: Readable,
  options: RetryOptions,
  outer?: AbortSignal,
): Readable {
  const call = new CallSignal(outer);
  const { signal } = call;
  let stream: Readable | undefined = first;
  let at = range?.start ?? 0;
  let end = range?.end;

  const reopened = async (): Promise<Readable> => {
    end ??= (await inner.head(key, signal)).size;
    return inner.get(key, { start: at, end }, signal);
  };

  async function* bytes(): AsyncGenerator<Uint8Array> {
    const patience = new Patience(options, { call: 'get', key });
    for (;;) {
      try {
        stream ??= await reopened();
        for await (const chunk of stream as AsyncIterable<Buffer>) {
          at += chunk.length;
          patience.renew();
          yield chunk;
        }
        if (end !== undefined && at < end) throw brokenOff(key, at, end);
        return;
      } catch (error) {
        stream = undefined;
        await patience.afterFailure(error, signal);
      }
    }
  }

  return relay(bytes(), () => {
    call.release();
    call.abort(undefined);
    stream?.destroy();
  });
}

function brokenOff(key: ObjectKey, at: number, end: number): Failure {
  const message = `object "${key}" broke off at byte ${at} of ${end} while it was read`;
  return new Failure('storage.unavailable', message, { key, at, end });
}
