import { systemClock, z } from '#kernel';
import { defineStorageDriver } from '../../storage-driver.js';
import { MemoryStorage } from './memory-storage.js';

export const memoryDriver = defineStorageDriver({
  kind: 'memory',
  summary: 'objects in the memory of this process, gone when it ends; for trying things out',
  config: z.strictObject({
    container: z.string().default('memory').describe('Any name; every opening is a new, empty storage.'),
  }),
  secrets: [],
  open: async () => new MemoryStorage({ clock: systemClock }),
});
