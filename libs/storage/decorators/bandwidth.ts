import type { Clock } from '#kernel';
import { TokenBucket } from './token-bucket.js';

/** How many bytes may pass in a second; what is not named has no limit. */
export interface BandwidthLimits {
  /** For puts and gets together, as far as they have no limit of their own. */
  readonly bytesPerSecond?: number | undefined;
  readonly uploadBytesPerSecond?: number | undefined;
  readonly downloadBytesPerSecond?: number | undefined;
}

/** Limits and what is left of them now; storages that share a line share one of these. */
export interface Bandwidth {
  readonly upload: TokenBucket | undefined;
  readonly download: TokenBucket | undefined;
}

/** Nothing when nothing is limited. */
export function bandwidthOf(limits: BandwidthLimits, clock: Clock): Bandwidth | undefined {
  const bucket = (rate: number | undefined) =>
    rate === undefined ? undefined : new TokenBucket(rate, clock);
  const both = bucket(limits.bytesPerSecond);
  const upload = bucket(limits.uploadBytesPerSecond) ?? both;
  const download = bucket(limits.downloadBytesPerSecond) ?? both;
  return upload || download ? { upload, download } : undefined;
}
