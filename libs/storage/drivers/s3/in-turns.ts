import { orAborted } from './or-aborted.js';

/**
 * Runs acts on the same key one after the other, in the order in which they came, and others as they like. Whoever waits
 * for a turn can be called off; an act that has begun sees to its signal itself.
 */
export function inTurns(): <T>(key: string, act: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, act, signal) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = orAborted(before, signal).then(act);
    const over = Promise.allSettled([before, mine]);
    last.set(key, over);
    try {
      return await mine;
    } finally {
      if (last.get(key) === over) last.delete(key);
    }
  };
}
