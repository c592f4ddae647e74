import type { Manifest } from '../manifest.js';
import { piecesOf, stateOf } from '../state-cache/cached-document.js';
import type { StateCache } from '../state-cache/state-cache.js';
import type { Documents } from './documents.js';
import type { NewBackup } from './new-backup.js';

/**
 * Keeps what the next level of a committed backup needs, and lets go of what only earlier ones did. A differential level
 * stands on the same base as this one, so the state of that is kept too. Never rejects.
 */
export async function keepForNextLevel(
  cache: StateCache,
  { below = [] }: NewBackup,
  manifest: Manifest,
  documents: Documents,
): Promise<void> {
  const own = [stateOf(manifest), piecesOf(manifest)].filter((each) => each !== undefined);
  for (const document of own) await cache.adopt(document, documents.path(document.name));
  const lower = below.flatMap((reader) => piecesOf(reader.manifest) ?? []);
  const base = below.at(-1);
  await cache.retain(manifest, [...own, ...lower, ...(base ? [stateOf(base.manifest)] : [])]);
}
