import type { RestorePoint } from '#domain';
import { asFailure, Failure, type BackupId } from '#kernel';
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
    const reader = new BackupReader(deps, found, [...chain]);
    if (!isBaseOf(chain.at(-1)?.listed, found)) {
      throw new Failure('chain.broken', `backup ${id} was not made on the backup that lies below it now`, {
        backup: point.backup.id,
        level: id,
      });
    }
    chain.push(reader);
  }
  return chain;
}

/**
 * A reader of one backup that knows the levels below it as far down as they are there and can be believed: what its
 * stream takes from others is damage. For looking at what a chain is worth.
 */
export function openLevel(
  deps: ReaderDeps,
  found: ListedBackup,
  listed: ReadonlyMap<BackupId, ListedBackup>,
): BackupReader {
  const lower: ListedBackup[] = [];
  for (let base = baseOf(found, listed); base; base = baseOf(base, listed)) lower.push(base);
  const below: BackupReader[] = [];
  for (const each of lower.reverse()) {
    try {
      below.push(new BackupReader(deps, each, [...below]));
    } catch (error) {
      const failure = asFailure(error);
      if (failure.kind !== 'corrupt') throw failure;
    }
  }
  return new BackupReader(deps, found, below);
}

function baseOf(found: ListedBackup, listed: ReadonlyMap<BackupId, ListedBackup>): ListedBackup | undefined {
  const pinned = found.read.manifest.base;
  const base = pinned && listed.get(pinned.backup);
  return base && isBaseOf(base, found) ? base : undefined;
}

function isBaseOf(base: ListedBackup | undefined, { read }: ListedBackup): boolean {
  const pinned = read.manifest.base;
  return base?.backup.id === pinned?.backup && base?.read.digest === pinned?.manifest;
}
