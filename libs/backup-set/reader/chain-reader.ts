import type { RestorePoint } from '#domain';
import { Failure, type BackupId } from '#kernel';
import type { ListedBackup } from '../backup-list.js';
import { BackupReader, type ReaderDeps } from './backup-reader.js';

/** The levels of one restore point, level 0 first, each checked to be the one that the next was made on. */
export type Chain = readonly BackupReader[];

/** `chain.broken` when a level is missing or is not the one that its successor pins. Reads manifests only. */
export function openChain(
  deps: ReaderDeps,
  point: RestorePoint,
  listed: ReadonlyMap<BackupId, ListedBackup>,
): Chain {
  const chain: BackupReader[] = [];
  for (const { id } of point.levels) {
    const found = listed.get(id);
    if (!found)
      throw new Failure('chain.broken', `backup ${id} is missing`, { backup: point.backup.id, missing: id });
    const reader = new BackupReader(deps, found);
    const below = chain.at(-1)?.listed;
    const pinned = reader.manifest.base;
    if (below?.backup.id !== pinned?.backup || below?.read.digest !== pinned?.manifest) {
      throw new Failure('chain.broken', `backup ${id} was not made on the backup that lies below it now`, {
        backup: point.backup.id,
        level: id,
      });
    }
    chain.push(reader);
  }
  return chain;
}
