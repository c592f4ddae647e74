import type { Clock } from '#kernel';
import { bandwidthOf, type Bandwidth, type BandwidthLimits } from './bandwidth.js';
import { delegating } from './delegating.js';
import { relay } from './relay.js';
import type { StorageBackend } from '../storage-backend.js';
import type { TokenBucket } from './token-bucket.js';

export interface ThrottleOptions extends BandwidthLimits {
  readonly clock: Clock;
}

/** The same storage, to and from which all bodies together pass no faster than the limits say. */
export function throttledStorage(
  inner: StorageBackend,
  { clock, ...limits }: ThrottleOptions,
): StorageBackend {
  const bandwidth = bandwidthOf(limits, clock);
  return bandwidth ? sharingBandwidth(inner, bandwidth) : inner;
}

/** The same storage, whose bodies pass as `bandwidth` allows to all who share it. */
export function sharingBandwidth(inner: StorageBackend, { upload, download }: Bandwidth): StorageBackend {
  return {
    ...delegating(inner),
    put: (key, body, signal) =>
      inner.put(key, upload ? { ...body, open: () => slowly(body.open(), upload, signal) } : body, signal),
    get: async (key, range, signal) => {
      const stream = await inner.get(key, range, signal);
      return download ? relay(slowly(stream, download, signal), () => stream.destroy()) : stream;
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
