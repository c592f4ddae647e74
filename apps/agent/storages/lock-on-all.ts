import { realpathSync } from 'node:fs';
import { exclusively, type Held } from '#host';
import type { StorageBackend } from '#storage';

/**
 * Takes a name on every storage, so that two commands that have only one of their storages in common keep out of each
 * other's way; `undefined` when somebody on this machine holds it on one of them.
 */
export async function lockOnAll(
  storages: readonly { readonly storage: StorageBackend }[],
  name: string,
): Promise<Held | undefined> {
  // In one order for everybody, so that of two that begin at the same time one gets through.
  const places = [...new Set(storages.map(({ storage }) => lockPlace(storage)))].sort();
  const held: Held[] = [];
  const release = async () => {
    for (const one of held.splice(0)) await one.release();
  };
  for (const place of places) {
    const one = await exclusively(`${place}\n${name}`);
    if (one) held.push(one);
    else {
      await release();
      return undefined;
    }
  }
  return { release };
}

/** The same for everybody who means the same place. */
function lockPlace({ properties: { directories: [directory] = [], place } }: StorageBackend): string {
  return directory === undefined ? place : `local\n${realPath(directory)}`;
}

/** Two ways of writing a path mean one place. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return path;
  }
}
