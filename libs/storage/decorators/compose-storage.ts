import type { Clock, Logger } from '#kernel';
import { limitedStorage } from './limited-storage.js';
import { loggedStorage } from './logged-storage.js';
import type { RetryOptions } from './patience.js';
import { readOnlyStorage } from './read-only-storage.js';
import { retryingStorage } from './retrying-storage.js';
import type { StorageBackend } from '../storage-backend.js';
import { throttledStorage } from './throttled-storage.js';

export interface StorageOptions {
  readonly clock: Clock;
  /** From 0 up to 1, for the jitter of waits. */
  readonly random: () => number;
  readonly logger?: Logger;
  /** Fewer connections than the storage has by itself. */
  readonly connections?: number;
  readonly bytesPerSecond?: number;
  readonly retry?: Partial<Omit<RetryOptions, 'clock' | 'random'>>;
  readonly readOnly?: boolean;
}

/** Rides out a storage that starts anew, and gives up before a night has passed. */
const RETRY = { attempts: 8, baseMs: 500, maxMs: 30_000, totalMs: 15 * 60_000 };

/**
 * All decorators around a driver, in the one order in which none spoils another. From the driver outwards:
 *
 * - log: sees every attempt by itself, and how long the storage took, without the wait for a slot;
 * - limit: a slot is held while a call really runs, and not while a failed one waits for its next try;
 * - throttle: what is sent a second time is counted a second time, since it passes the line again;
 * - retry: gives every attempt a turn, tokens and a line in the log of its own;
 * - read-only: outermost, since a refusal needs none of them.
 */
export function composeStorage(inner: StorageBackend, options: StorageOptions): StorageBackend {
  const { clock, random, logger, bytesPerSecond } = options;
  const connections = Math.min(inner.properties.connections, options.connections ?? Infinity);
  let storage = logger ? loggedStorage(inner, logger) : inner;
  storage = limitedStorage(storage, connections);
  if (bytesPerSecond !== undefined) storage = throttledStorage(storage, { bytesPerSecond, clock });
  storage = retryingStorage(storage, { ...RETRY, ...options.retry, clock, random });
  return options.readOnly ? readOnlyStorage(storage) : storage;
}
