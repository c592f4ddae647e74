import { planRetention, type Backup, type RetentionPolicy, type RetentionVerdict } from '#domain';
import { isFailure, type BackupId, type Failure } from '#kernel';
import type { StorageBackend } from '#storage';
import { listBackups, type BackupListing } from '../backup-list.js';
import { backupFolder, type Series } from '../layout.js';
import { folderContents, type Stray } from './folder-contents.js';
import { holdInWords, holdsOf, releaseHold } from './hold.js';
import { findOrphans, sweepOrphan, type Orphan } from './orphans.js';
import { removeManifest, removeObjects } from './removal.js';
import type { WriterState } from './writer-mark.js';

export interface PruneDeps {
  readonly storage: StorageBackend;
  readonly writerState: WriterState;
  readonly now: Date;
}

export interface PruneOrder {
  readonly series: Series;
  readonly policy: RetentionPolicy;
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean;
}

/** One thing that was decided and, unless it is a dry run, done. */
export type PruneEvent =
  | { readonly kind: 'keep'; readonly verdict: RetentionVerdict }
  | { readonly kind: 'remove'; readonly verdict: RetentionVerdict }
  /** It was to go, and the storage does not let it. `rest`: it is no backup any more, but some of its objects stay. */
  | { readonly kind: 'held'; readonly backup: Backup; readonly rest: boolean; readonly failure: Failure }
  | { readonly kind: 'orphan'; readonly orphan: Orphan; readonly goes: boolean; readonly failure?: Failure }
  | { readonly kind: 'stray'; readonly stray: Stray; readonly goes: boolean; readonly failure?: Failure };

/**
 * Removes the backups of a series that a policy lets go, and what was left behind by others: first everything that
 * stays is told, with reasons, then each thing when it is gone. Writes nothing, so it works with no byte free. Cut
 * anywhere and repeated, it ends the same way; what is kept is whole at every moment.
 */
export async function* prune(
  { storage, writerState, now }: PruneDeps,
  { series, policy, dryRun }: PruneOrder,
  signal?: AbortSignal,
): AsyncGenerator<PruneEvent, void> {
  const listing = await listBackups(storage, series, signal);
  const { backups } = listing;
  const holds = await holdsOf(storage, series, signal);
  const held = new Map(
    [...holds].flatMap(([id, hold]) => {
      const words = holdInWords(hold, now);
      return words === undefined ? [] : [[id, words] as const];
    }),
  );
  const stays = new Set([...listing.listed.keys(), ...unreadable(listing)]);
  const told = new Set<BackupId>();
  let plan = planRetention(backups, policy, now, held);
  yield* keeping(plan.keep, told);
  for (let verdict = untold(plan.drop, told); verdict; verdict = untold(plan.drop, told)) {
    const { backup } = verdict;
    told.add(backup.id);
    const event = dryRun ? undefined : await remove(storage, backup, signal);
    if (!event || event.rest) stays.delete(backup.id);
    yield event ?? { kind: 'remove', verdict };
    if (!event || event.rest) continue;
    // What it stands on has to stay as well.
    held.set(backup.id, heldInWords(event.failure));
    plan = planRetention(backups, policy, now, held);
    yield* keeping(plan.keep, told);
  }
  for (const listed of listing.listed.values()) {
    if (!stays.has(listed.backup.id)) continue;
    const { strays } = await folderContents(storage, listed, signal);
    for (const stray of strays) yield sweepStray(storage, stray, dryRun, signal);
  }
  for (const orphan of await findOrphans(storage, series, writerState, now, signal)) {
    if (!told.has(orphan.found.placed.id)) yield sweep(storage, orphan, dryRun, signal);
  }
  if (dryRun) return;
  for (const id of holds.keys()) if (!stays.has(id)) await releaseHold(storage, { ...series, id }, signal);
}

/** What nobody can tell whether it is a backup may be held as well as one. */
function unreadable({ damaged, unfinished }: BackupListing): readonly BackupId[] {
  return [...damaged, ...unfinished].map(({ placed }) => placed.id);
}

function untold(verdicts: readonly RetentionVerdict[], told: ReadonlySet<BackupId>) {
  return verdicts.find(({ backup }) => !told.has(backup.id));
}

function* keeping(verdicts: readonly RetentionVerdict[], told: Set<BackupId>): Generator<PruneEvent> {
  for (const verdict of verdicts) {
    if (told.has(verdict.backup.id)) continue;
    told.add(verdict.backup.id);
    yield { kind: 'keep', verdict };
  }
}

type HeldEvent = Extract<PruneEvent, { kind: 'held' }>;

/** The manifest is asked first: when that is held, nothing else of the backup is touched. */
async function remove(
  storage: StorageBackend,
  backup: Backup,
  signal?: AbortSignal,
): Promise<HeldEvent | undefined> {
  const folder = backupFolder(backup);
  let rest = false;
  try {
    await removeManifest(storage, folder, signal);
    rest = true;
    await removeObjects(storage, folder, signal);
    return undefined;
  } catch (error) {
    if (!isFailure(error, 'storage.object-held')) throw error;
    return { kind: 'held', backup, rest, failure: error };
  }
}

/** `held by the storage until 2027-01-01T00:00:00.000Z`, as far as the storage told. */
export function heldInWords({ context }: Failure): string {
  const { until } = context;
  const date = until instanceof Date || typeof until === 'string' ? new Date(until) : undefined;
  return date && !Number.isNaN(date.getTime())
    ? `held by the storage until ${date.toISOString()}`
    : 'held by the storage';
}

async function sweepStray(
  storage: StorageBackend,
  stray: Stray,
  dryRun: boolean,
  signal?: AbortSignal,
): Promise<PruneEvent> {
  const event = { kind: 'stray', stray, goes: stray.useless } as const;
  if (dryRun || !stray.useless) return event;
  try {
    await storage.remove(stray.key, signal);
    return event;
  } catch (error) {
    if (!isFailure(error, 'storage.object-held')) throw error;
    return { ...event, goes: false, failure: error };
  }
}

async function sweep(
  storage: StorageBackend,
  orphan: Orphan,
  dryRun: boolean,
  signal?: AbortSignal,
): Promise<PruneEvent> {
  if (dryRun) return { kind: 'orphan', orphan, goes: orphan.state === 'abandoned' };
  const outcome = await sweepOrphan(storage, orphan, signal);
  if (outcome === 'swept' || outcome === 'left') return { kind: 'orphan', orphan, goes: outcome === 'swept' };
  if (outcome.code !== 'storage.object-held') throw outcome;
  return { kind: 'orphan', orphan, goes: false, failure: outcome };
}
