import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

const SURELY_OLDER_MS = 40;

/** Waits until the clock of the file system has gone on so far that what was made before is surely old for an archive. */
export async function timePasses(directory: string): Promise<void> {
  const place = join(directory, 'clock');
  writeFileSync(place, 'begin');
  const begin = statSync(place).mtimeMs;
  while (statSync(place).mtimeMs < begin + SURELY_OLDER_MS) {
    await setImmediate();
    writeFileSync(place, 'and again');
  }
}
