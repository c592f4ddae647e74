import { asFailure, Failure } from '#kernel';
import {
  backupFolder,
  holdsSegments,
  takeUp,
  type Container,
  type InterruptedBackup,
  type JournalOrder,
  type TakenUpBackup,
} from '#backup-set';
import type { CopiedStorage } from '#storage';
import type { ChosenLevel } from './kinds/slots.js';
import type { BackupOrder } from './orders.js';
import type { Parts } from './parts.js';
import { selectionOf } from './selection.js';

/** So old an interrupted backup is swept, as one is whose writer nobody knows. */
const MOST_AGE_MS = 7 * 24 * 3600 * 1000;

/** What makes the bytes of this backup what they are, besides its source. */
export function journalOrderOf(
  { storage, copies, engine }: Parts,
  order: BackupOrder,
  container: Container,
  { level, base }: ChosenLevel,
): JournalOrder {
  const places = copies ? copies.states().map(({ place }) => place) : [storage.properties.place];
  return {
    ...{ program: order.program, container: container.id, hostname: order.hostname, name: order.name, level },
    ...(base ? { base: { backup: base.listed.backup.id, manifest: base.listed.read.digest } } : {}),
    ...{ engine: engine.name, source: order.source.root, selection: selectionOf(order.source) },
    compression: order.compression,
    ...(order.compressionLevel === undefined ? {} : { compressionLevel: order.compressionLevel }),
    maxSegmentBytes: order.maxSegmentBytes,
    places,
  };
}

/**
 * Takes over an interrupted backup when this run would make the same of the same, and its segments are there. Otherwise
 * gives the reason. Of several copies, those that lack a segment get nothing more.
 */
export async function resumed(
  parts: Parts,
  interrupted: InterruptedBackup,
  order: JournalOrder,
  signal: AbortSignal,
): Promise<TakenUpBackup | string> {
  const { storage, copies, writer, writerState, clock, log } = parts;
  const now = clock.now();
  const refusal = refusalOf(interrupted, order, now);
  if (refusal !== undefined) return refusal;
  const { hostname, name, level } = order;
  const folder = backupFolder({ hostname, name, level, chain: interrupted.chain, id: interrupted.backup });
  const isThere = copies
    ? await dropLacking(copies, folder, interrupted, signal)
    : await holdsSegments(storage, folder, interrupted, signal);
  if (!isThere) return 'its segments are not there any more';
  return takeUp(storage, folder, interrupted, { writer, stateOf: writerState, now, log }, signal);
}

function refusalOf(
  { order: was, startedAt, segments }: InterruptedBackup,
  order: JournalOrder,
  now: Date,
): string | undefined {
  if (segments.length === 0) return 'none of its segments was stored for good';
  if (now.getTime() - startedAt.getTime() > MOST_AGE_MS) return 'it was begun over a week ago';
  const names = Object.keys(NAMES) as (keyof JournalOrder)[];
  const other = names.find((key) => JSON.stringify(was[key]) !== JSON.stringify(order[key]));
  return other && `${NAMES[other]} is another one now`;
}

const NAMES: Record<keyof JournalOrder, string> = {
  program: 'the version of the program',
  container: 'the container',
  hostname: 'the hostname',
  name: 'the backup name',
  level: 'the level',
  base: 'the base',
  engine: 'the engine',
  source: 'the source',
  selection: 'what is left out of the source',
  compression: 'the compression',
  compressionLevel: 'the level of compression',
  maxSegmentBytes: 'the size of segments',
  places: 'the list of storages',
};

/** Gives `false`, and takes out none, when no copy has all of it. */
async function dropLacking(
  copies: CopiedStorage,
  folder: string,
  interrupted: InterruptedBackup,
  signal: AbortSignal,
): Promise<boolean> {
  const lacking: { readonly name: string; readonly failure: Failure }[] = [];
  const members = copies.members();
  for (const { name, storage } of members) {
    try {
      if (await holdsSegments(storage, folder, interrupted, signal)) continue;
      const { backup } = interrupted;
      const message = `storage "${name}" lacks segments of backup ${backup}, which is gone on with`;
      lacking.push({ name, failure: new Failure('copies.late', message, { name, backup }) });
    } catch (error) {
      signal.throwIfAborted();
      lacking.push({ name, failure: asFailure(error) });
    }
  }
  if (lacking.length === members.length) return false;
  for (const { name, failure } of lacking)
    copies.dropMember(name, failure.code === 'copies.late' ? 'late' : 'failed', failure);
  return true;
}
