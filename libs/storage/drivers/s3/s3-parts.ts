import type { LookupAddress, LookupOptions } from 'node:dns';
import type { Clock } from '#kernel';

/** What reaches outside, and comes in by the door. */
export interface S3Parts {
  readonly clock: Clock;
  /** How names of servers are found; the system's way unless told otherwise. */
  readonly lookup?: (
    host: string,
    options: LookupOptions,
    found: (error: Error | null, addresses: LookupAddress[]) => void,
  ) => void;
}
