import type { Clock } from '#kernel';
import { delegating } from './delegating.js';
import { relay } from './relay.js';
import type { StorageBackend } from '../storage-backend.js';
import { TokenBucket } from './token-bucket.js';

export interface ThrottleOptions {
  /** For all puts and gets together. */
  readonly bytesPerSecond: number;
  readonly clock: Clock;
}

/** The same storage, to and from which all bodies together pass at no more than the given rate. */
export function throttledStorage(
  inner: StorageBackend,
  { bytesPerSecond, clock }: ThrottleOptions,
): StorageBackend {
  const bucket = new TokenBucket(bytesPerSecond, clock);
  return {
    ...delegating(inner),
    put: (key, body, signal) =>
      inner.put(key, { ...body, open: () => slowly(body.open(), bucket, signal) }, signal),
    get: async (key, range, signal) => {
      const stream = await inner.get(key, range, signal);
      return relay(slowly(stream, bucket, signal), () => stream.destroy());
    },
  };
}

async function* slowly(bytes: AsyncIterable<unknown>, bucket: TokenBucket, signal: AbortSignal | undefined) {
  for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < chunk.length; at += bucket.pieceBytes) {
      const piece = chunk.subarray(at, at + bucket.pieceBytes);
      await bucket.take(piece.length, signal);
      yield piece;
    }
  }
}
