import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { processIdentitySchema, processState } from '#host';
import { parse } from '#kernel';
import { endServerIn } from './end-with-process.js';

/** Ends what processes that were killed with SIGKILL have left behind in `parent`. */
export async function sweepAbandoned(parent: string, prefix: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  for (const directory of names.map((name) => path.join(parent, name))) {
    if (await isAbandoned(directory)) endServerIn(directory);
  }
}

async function isAbandoned(directory: string): Promise<boolean> {
  try {
    const owner: unknown = JSON.parse(await readFile(path.join(directory, 'owner.json'), 'utf8'));
    return processState(parse(processIdentitySchema, owner, 'owner.json')) === 'gone';
  } catch {
    // Of somebody else, or just being made.
    return false;
  }
}
