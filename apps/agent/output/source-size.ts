import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

export interface SourceSize {
  /** Bytes, once they are all counted. */
  total(): number | undefined;
  stop(): void;
}

/**
 * Counts the bytes of a directory in the background, slowly enough not to be in the way, so that a progress bar knows
 * what is still to come. An estimate: excludes and increments are not looked at.
 */
export function sourceSize(root: string, signal: AbortSignal): SourceSize {
  const own = new AbortController();
  const state = { bytes: 0, done: false };
  const stop = AbortSignal.any([signal, own.signal]);
  // Whatever goes wrong here is found again, and told, by the backup itself.
  void count(root, state, stop).then(
    () => (state.done = !stop.aborted),
    () => undefined,
  );
  return { total: () => (state.done ? state.bytes : undefined), stop: () => own.abort() };
}

async function count(directory: string, state: { bytes: number }, stop: AbortSignal): Promise<void> {
  for await (const entry of await opendir(directory)) {
    if (stop.aborted) return;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await count(path, state, stop);
    else if (entry.isFile()) state.bytes += (await lstat(path)).size;
  }
}
