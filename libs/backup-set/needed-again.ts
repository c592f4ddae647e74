import { BACKUPS_FOLDER, CONTAINER_KEY, KEYS_FOLDER, objectNames } from './layout.js';

const MOST_RECORD = 1 << 20;
/** That of some ten terabytes; without it the next backup is a full one. */
const MOST_MANIFEST = 16 << 20;

/**
 * How large an object may be that a client keeps because its next backup looks at it: 0 for one at which it does not.
 * What an increment continues is in the state cache.
 */
export function bytesNeededAgain(key: string): number {
  if (key === CONTAINER_KEY || key.startsWith(KEYS_FOLDER)) return MOST_RECORD;
  if (!key.startsWith(BACKUPS_FOLDER)) return 0;
  const name = key.slice(key.lastIndexOf('/') + 1);
  if (name === objectNames.manifest) return MOST_MANIFEST;
  return name === objectNames.writer ? MOST_RECORD : 0;
}
