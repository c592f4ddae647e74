import type { Backup } from '#domain';
import { Failure, isBackupId, isFailure, type BackupId } from '#kernel';
import type { StorageBackend } from '#storage';
import { readSmall } from './container/records.js';
import { fromAnyCopy } from './from-any-copy.js';
import {
  backupFolder,
  BACKUPS_FOLDER,
  decodeName,
  objectNames,
  parseBackupFolder,
  seriesFolder,
  type Series,
} from './layout.js';
import { backupOf, decodeManifest, MAX_MANIFEST, type ReadManifest } from './manifest.js';

/** A committed backup of a container, found by its manifest. */
export interface ListedBackup {
  readonly kind: 'backup';
  readonly backup: Backup;
  readonly read: ReadManifest;
  readonly folder: string;
}

/** A folder whose manifest is there but cannot be believed, or, for whom that is bearable, may not be read. */
export interface DamagedBackup {
  readonly kind: 'damaged';
  readonly placed: Placed;
  readonly folder: string;
  readonly failure: Failure;
}

/** A folder without a manifest: being written, left behind by a killed writer, or half deleted. */
export interface UnfinishedBackup {
  readonly kind: 'unfinished';
  readonly placed: Placed;
  readonly folder: string;
}

export interface Placed extends Series {
  readonly chain: BackupId;
  readonly level: number;
  readonly id: BackupId;
}

export type FoundBackup = ListedBackup | DamagedBackup | UnfinishedBackup;

/** Of which backups something is asked; of all where nothing is said. */
export interface SeriesFilter {
  readonly hostname?: string | undefined;
  readonly name?: string | undefined;
}

/** What is made of a manifest that may not be read: the end of the listing, or a backup on which nothing can stand. */
export type DeniedManifests = 'fail' | 'are-damaged';

/** What a container holds, as far as the filter asks. */
export interface BackupListing {
  readonly listed: ReadonlyMap<BackupId, ListedBackup>;
  /** The same, as decisions take them. */
  readonly backups: readonly Backup[];
  readonly damaged: readonly DamagedBackup[];
  readonly unfinished: readonly UnfinishedBackup[];
}

/** All of {@link findBackups} at once. Memory held: their manifests, about 4 MB for a terabyte of backups. */
export async function listBackups(
  storage: StorageBackend,
  wanted: SeriesFilter = {},
  signal?: AbortSignal,
  denied: DeniedManifests = 'fail',
): Promise<BackupListing> {
  const listed = new Map<BackupId, ListedBackup>();
  const damaged: DamagedBackup[] = [];
  const unfinished: UnfinishedBackup[] = [];
  for await (const found of findBackups(storage, wanted, signal, denied)) {
    if (found.kind === 'backup') listed.set(found.backup.id, found);
    else if (found.kind === 'damaged') damaged.push(found);
    else unfinished.push(found);
  }
  return { listed, damaged, unfinished, backups: [...listed.values()].map(({ backup }) => backup) };
}

/** Everything below `backups/`, of one series or of all, in order of folders. Costs a small read for each backup. */
export async function* findBackups(
  storage: StorageBackend,
  wanted: SeriesFilter = {},
  signal?: AbortSignal,
  denied: DeniedManifests = 'fail',
): AsyncGenerator<FoundBackup> {
  for await (const placed of findFolders(storage, wanted, signal))
    yield await look(storage, placed, denied, signal);
}

/** The folders of backups, whatever is in them. What lies there under a name that Firn gives to nothing is passed over. */
export async function* findFolders(
  storage: StorageBackend,
  wanted: SeriesFilter = {},
  signal?: AbortSignal,
): AsyncGenerator<Placed> {
  for await (const host of storage.folders(BACKUPS_FOLDER, signal)) {
    const hostname = decodeName(host);
    if (hostname === undefined) continue;
    if (wanted.hostname !== undefined && wanted.hostname !== hostname) continue;
    for await (const series of storage.folders(`${BACKUPS_FOLDER}${host}/`, signal)) {
      const name = decodeName(series);
      if (name === undefined) continue;
      if (wanted.name !== undefined && wanted.name !== name) continue;
      yield* foldersOf(storage, { hostname, name }, signal);
    }
  }
}

async function* foldersOf(
  storage: StorageBackend,
  series: Series,
  signal?: AbortSignal,
): AsyncGenerator<Placed> {
  const folder = seriesFolder(series);
  for await (const chain of storage.folders(folder, signal)) {
    if (!isBackupId(chain)) continue;
    for await (const name of storage.folders(`${folder}${chain}/`, signal)) {
      const parsed = parseBackupFolder(name);
      if (parsed) yield { ...series, chain, ...parsed };
    }
  }
}

async function look(
  storage: StorageBackend,
  placed: Placed,
  denied: DeniedManifests,
  signal?: AbortSignal,
): Promise<FoundBackup> {
  const folder = backupFolder(placed);
  const key = folder + objectNames.manifest;
  try {
    const read = await fromAnyCopy(storage, async (one) => {
      const bytes = await readSmall(one, key, MAX_MANIFEST, 'manifest.damaged', signal);
      return bytes && decodeManifest(bytes, key);
    });
    if (!read) return { kind: 'unfinished', placed, folder };
    const backup = backupOf(read.manifest);
    // A manifest speaks for the folder it lies in and for no other, or a copied one would bring a backup back.
    if (backupFolder(backup) !== folder)
      throw new Failure('manifest.damaged', `"${key}" belongs elsewhere`, { key });
    return { kind: 'backup', backup, read, folder };
  } catch (error) {
    const isBearable = denied === 'are-damaged' && isFailure(error, 'storage.access-denied');
    if (
      error instanceof Failure &&
      (isBearable || error.kind === 'corrupt' || error.code === 'container.newer-format')
    ) {
      return { kind: 'damaged', placed, folder, failure: error };
    }
    throw error;
  }
}
