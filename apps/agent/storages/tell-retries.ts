import { monotonicMs } from '#kernel';
import type { RetryListener } from '#storage';
import type { Reporter } from '../output/reporter.js';

/** Hiccups of a second are nobody's concern. */
const FIRST_TOLD = 3;
const AGAIN_AFTER_MS = 30_000;

/** Tells people, and not too often, that a storage keeps them waiting and why. */
export function tellingRetries(reporter: Reporter, nowMs: () => number = monotonicMs) {
  return (storage: string): RetryListener => {
    let toldMs = -Infinity;
    return ({ attempt, attempts, waitMs, failure: { code, message } }) => {
      const now = nowMs();
      if (attempt < FIRST_TOLD || now - toldMs < AGAIN_AFTER_MS) return;
      toldMs = now;
      const text = `storage "${storage}" is not to be had, still trying (${attempt} of ${attempts}): ${message}`;
      reporter.warning('storage-retry', { storage, code, message, attempt, attempts, waitMs }, text);
    };
  };
}
