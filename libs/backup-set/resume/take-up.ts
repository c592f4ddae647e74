import { asFailure, isFailure, type Logger } from '#kernel';
import type { StorageBackend } from '#storage';
import { objectNames, segmentKey } from '../layout.js';
import { putWriterMark, readWriterMark, removeWriterMark, type WriterState } from '../upkeep/writer-mark.js';
import { BackupJournal } from './backup-journal.js';
import type { InterruptedBackup } from './interrupted-backup.js';

/** An interrupted backup that belongs to this run from here on. */
export interface TakenUpBackup {
  readonly interrupted: InterruptedBackup;
  readonly journal: BackupJournal;
}

export interface TakeUpOptions {
  /** Identity of this process, and what is known of others. */
  readonly writer: unknown;
  readonly stateOf: WriterState;
  readonly now: Date;
  readonly log: Logger;
}

/** Whether a storage holds all that an interrupted run has stored for good, and no manifest. Costs one listing. */
export async function holdsSegments(
  storage: StorageBackend,
  folder: string,
  { segments }: InterruptedBackup,
  signal: AbortSignal,
): Promise<boolean> {
  const expected = new Map(segments.map(({ size }, i) => [segmentKey(folder, i), size]));
  for await (const { key, size } of storage.list(folder, signal)) {
    if (key === folder + objectNames.manifest) return false;
    if (expected.get(key) === size) expected.delete(key);
  }
  return expected.size === 0;
}

/**
 * Puts another writer's mark in place of that of a process which is gone, goes on with its journal, and takes away what was
 * stored besides the segments that count. Gives the reason when one of these cannot be, or when somebody else is at it.
 */
export async function takeUp(
  storage: StorageBackend,
  folder: string,
  interrupted: InterruptedBackup,
  options: TakeUpOptions,
  signal: AbortSignal,
): Promise<TakenUpBackup | string> {
  const refusal = await takeMark(storage, folder, options, signal);
  if (refusal !== undefined) return refusal;
  let journal: BackupJournal;
  try {
    journal = await BackupJournal.reopen(interrupted, options.log);
  } catch (error) {
    return `its journal cannot be written: ${asFailure(error).message}`;
  }
  try {
    await removeRest(storage, folder, interrupted, signal);
    return { interrupted, journal };
  } catch (error) {
    await journal.leave();
    throw error;
  }
}

async function takeMark(
  storage: StorageBackend,
  folder: string,
  { writer, stateOf, now }: TakeUpOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await readWriterMark(storage, folder, signal);
  if (typeof found === 'string') return 'its writer mark is not there any more, or cannot be read';
  if (stateOf(found.writer) !== 'gone') return 'its writer may still be running';
  try {
    await removeWriterMark(storage, folder, signal);
  } catch (error) {
    if (!isFailure(error, 'storage.access-denied', 'storage.object-held', 'storage.read-only')) throw error;
    return `this client may not remove its writer mark: ${error.message}`;
  }
  await putWriterMark(storage, folder, writer, now, signal);
  return undefined;
}

async function removeRest(
  storage: StorageBackend,
  folder: string,
  { segments }: InterruptedBackup,
  signal: AbortSignal,
): Promise<void> {
  const kept = new Set(segments.map((_, i) => segmentKey(folder, i)));
  const stale: string[] = [];
  for await (const { key } of storage.list(folder, signal)) {
    if (!kept.has(key) && key !== folder + objectNames.writer) stale.push(key);
  }
  for (const key of stale) await storage.remove(key, signal);
}
