import { isFailure, type BackupId, type Failure } from '#kernel';
import type { StorageBackend } from '#storage';
import { findFolders, type Placed, type UnfinishedBackup } from '../backup-list.js';
import { backupFolder, objectNames, type Series } from '../layout.js';
import { removeObjects } from './removal.js';
import { readWriterMark, type WriterState } from './writer-mark.js';

/** What lies in the container without being a backup, and why it may go or must stay. */
export interface Orphan {
  readonly found: UnfinishedBackup;
  readonly state: 'abandoned' | 'being-written' | 'unclear';
  readonly reason: string;
}

// A writer that nobody can ask after (another machine, another container) is given this long from its start.
const GRACE_MS = 7 * 24 * 3600 * 1000;
const NOT_ASKED = 'this client may not ask whether it was committed';

/**
 * Judges every unfinished backup of a series. Decides only; nothing is removed. Reads no manifests: costs a call for
 * each backup.
 */
export async function findOrphans(
  storage: StorageBackend,
  series: Partial<Series>,
  stateOf: WriterState,
  now: Date,
  signal?: AbortSignal,
): Promise<Orphan[]> {
  const orphans: Orphan[] = [];
  for await (const placed of findFolders(storage, series, signal)) {
    const folder = backupFolder(placed);
    const found: UnfinishedBackup = { kind: 'unfinished', placed, folder };
    const committed = await isCommitted(storage, folder, signal);
    if (committed === 'unknown') orphans.push({ found, state: 'unclear', reason: NOT_ASKED });
    if (committed !== 'no') continue;
    const verdict = await judge(storage, placed, stateOf, now, signal);
    // Its writer may have committed and gone since the first look. What is abandoned now is committed by nobody.
    if (verdict.state === 'abandoned' && (await isCommitted(storage, folder, signal)) !== 'no') continue;
    orphans.push({ found, ...verdict });
  }
  return orphans;
}

/** Removes what was abandoned; the rest stays, and so does what is held or may not be removed. */
export async function sweepOrphans(
  storage: StorageBackend,
  orphans: readonly Orphan[],
  signal?: AbortSignal,
): Promise<Orphan[]> {
  const swept: Orphan[] = [];
  for (const orphan of orphans) {
    if ((await sweepOrphan(storage, orphan, signal)) === 'swept') swept.push(orphan);
  }
  return swept;
}

/**
 * Removes an orphan when it was abandoned. One that has been committed all the same is left alone. Resolves with the
 * failure when something of it is held or may not be removed.
 */
export async function sweepOrphan(
  storage: StorageBackend,
  { state, found: { folder } }: Orphan,
  signal?: AbortSignal,
): Promise<'swept' | 'left' | Failure> {
  if (state !== 'abandoned' || (await isCommitted(storage, folder, signal)) !== 'no') return 'left';
  try {
    await removeObjects(storage, folder, signal);
    return 'swept';
  } catch (error) {
    if (isFailure(error, 'storage.object-held', 'storage.access-denied', 'storage.read-only')) return error;
    throw error;
  }
}

/**
 * Whoever may not even ask has no reason to take anything away. `unknown` when all that is known is that this client has
 * put no manifest there: the answer to its put may have been lost.
 */
async function isCommitted(
  storage: StorageBackend,
  folder: string,
  signal?: AbortSignal,
): Promise<'yes' | 'no' | 'unknown'> {
  try {
    await storage.head(folder + objectNames.manifest, signal);
    return 'yes';
  } catch (error) {
    if (isFailure(error, 'storage.object-missing'))
      return error.context['remembered'] === true ? 'unknown' : 'no';
    if (isFailure(error, 'storage.access-denied')) return 'yes';
    throw error;
  }
}

async function judge(
  storage: StorageBackend,
  placed: Placed,
  stateOf: WriterState,
  now: Date,
  signal?: AbortSignal,
): Promise<Pick<Orphan, 'state' | 'reason'>> {
  const mark = await readWriterMark(storage, backupFolder(placed), signal);
  // The mark is the first object put and the last one removed, so what has none is the rest of a deletion.
  if (mark === 'none') return { state: 'abandoned', reason: 'left over from a deletion' };
  if (mark === 'denied') return { state: 'unclear', reason: 'its writer mark may not be read' };
  if (mark === 'newer') return { state: 'unclear', reason: 'its writer is a later version of Firn' };
  const age =
    now.getTime() - (mark === 'unreadable' ? startOf(placed.id) : new Date(mark.startedAt)).getTime();
  if (mark !== 'unreadable') {
    const state = stateOf(mark.writer);
    if (state === 'running') return { state: 'being-written', reason: 'its writer is running' };
    if (state === 'gone') return { state: 'abandoned', reason: 'its writer is gone' };
  }
  if (age > GRACE_MS) return { state: 'abandoned', reason: 'its writer was last seen over a week ago' };
  const unknown =
    mark === 'unreadable' ? 'its writer mark cannot be read' : 'its writer is on another machine';
  return { state: 'unclear', reason: unknown };
}

/** The time that is in the id of a backup. */
function startOf(id: BackupId): Date {
  return new Date(id.replace(/^(....)(..)(..)T(..)(..)(..)Z-.*$/, '$1-$2-$3T$4:$5:$6Z'));
}
