import { silentLogger, type Clock, type Logger } from '#kernel';
import { bandwidthOf, type Bandwidth, type BandwidthLimits } from './bandwidth.js';
import { limitedStorage } from './limited-storage.js';
import { loggedStorage } from './logged-storage.js';
import type { RetryOptions } from './patience.js';
import { readOnlyStorage } from './read-only-storage.js';
import { rememberingStorage, type MemoryOptions } from './remembering-storage.js';
import { retryingStorage } from './retrying-storage.js';
import { stallGuardedStorage } from './stall-guarded-storage.js';
import type { StorageBackend } from '../storage-backend.js';
import { sharingBandwidth } from './throttled-storage.js';

export interface StorageOptions extends BandwidthLimits {
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter of waits. */
  readonly random: () => number;
  readonly logger?: Logger | undefined;
  /** Fewer connections than the storage has by itself. */
  readonly connections?: number | undefined;
  /** Limits that this storage shares with others, instead of limits of its own. */
  readonly bandwidth?: Bandwidth | undefined;
  readonly retry?: Partial<Omit<RetryOptions, 'clock' | 'random' | 'logger'>>;
  /** A call in which nothing moves for so long is ended and made again; without it, none is. */
  readonly stallMs?: number | undefined;
  readonly readOnly?: boolean | undefined;
  /** Answers from what was put there earlier what this user is not allowed to ask; without it, a denial stands. */
  readonly memory?: MemoryOptions | undefined;
}

/** Rides out a storage that is away for a minute, however chance shortens the waits, and gives up before a night has passed. */
const RETRY = { attempts: 12, baseMs: 500, maxMs: 30_000, totalMs: 15 * 60_000 };
/** A megabit: a slower line cannot carry a backup. */
const SLOWEST_BYTES_PER_SECOND = 128 << 10;

/**
 * All decorators around a driver, in the one order in which none spoils another. From the driver outwards:
 *
 * - stall guard: next to the driver, since the waits of all others are no stalls;
 * - log: sees every attempt by itself, and how long the storage took, without the wait for a slot;
 * - limit: a slot is held while a call really runs, and not while a failed one waits for its next try;
 * - throttle: what is sent a second time is counted a second time, since it passes the line again;
 * - retry: gives every attempt a turn, tokens and a line in the log of its own;
 * - memory: takes the last word of the storage, and only a denial is another's turn;
 * - read-only: outermost, since a refusal needs none of them.
 */
export function composeStorage(inner: StorageBackend, options: StorageOptions): StorageBackend {
  const { clock, random, logger, stallMs, memory, bandwidth = bandwidthOf(options, clock) } = options;
  const connections = Math.min(inner.properties.connections, options.connections ?? Infinity);
  const slowestBytesPerSecond = SLOWEST_BYTES_PER_SECOND;
  let storage = inner;
  if (stallMs !== undefined)
    storage = stallGuardedStorage(storage, { clock, stallMs, slowestBytesPerSecond });
  if (logger) storage = loggedStorage(storage, logger);
  storage = limitedStorage(storage, connections);
  if (bandwidth) storage = sharingBandwidth(storage, bandwidth);
  storage = retryingStorage(storage, { ...RETRY, ...options.retry, clock, random, logger });
  if (memory) storage = rememberingStorage(storage, { ...memory, clock, logger: logger ?? silentLogger });
  return options.readOnly ? readOnlyStorage(storage) : storage;
}
