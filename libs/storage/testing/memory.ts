import { systemClock } from '#kernel';
import { MemoryStorage, type MemoryOptions } from '../drivers/memory/memory-storage.js';

/** A new, empty storage in memory; `reopen()` gives another one on the same objects. */
export function memoryStorage(options: Partial<MemoryOptions> = {}): MemoryStorage {
  return new MemoryStorage({ clock: systemClock, ...options });
}
