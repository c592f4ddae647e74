import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from '#kernel';
import { defineStorageDriver } from '../../storage-driver.js';
import { openLocalStorage } from './local-storage.js';

export const localDriver = defineStorageDriver({
  kind: 'local',
  summary: 'a directory of this machine, on any disk or network file system mounted there',
  config: z.strictObject({
    container: z
      .string()
      .refine(
        (path) => isAbsolute(path) && !path.includes('\0'),
        'must be an absolute path, beginning with "/"',
      )
      .describe('Absolute path of the directory; it is made by the first backup.'),
  }),
  secrets: [],
  aliases: ['fs', 'file'],
  addresses: {
    protocols: ['file'],
    examples: ['file:///srv/backups'],
    read: (address) => ({ container: fileURLToPath(address) }),
  },
  open: ({ container }) => openLocalStorage(container),
});
