import { asFailure, Failure, isFailure, type Clock } from '#kernel';
import { copyObjects, type OpenCopy, type StorageBackend } from '#storage';
import { listBackups, type ListedBackup, type SeriesFilter } from '../backup-list.js';
import { manifestKey } from '../layout.js';
import { confirmObjects } from '../writer/last-look.js';
import { objectsOf } from './checked-object.js';
import { putWriterMark, removeWriterMark } from './writer-mark.js';

/** What was brought to one place. */
export interface CopiedBackups {
  /** Those that were not whole there before. */
  readonly backups: number;
  readonly presentBackups: number;
  readonly objects: number;
  readonly bytes: number;
}

export interface CopyBackupsOptions extends SeriesFilter {
  readonly signal: AbortSignal;
  /** Identity of this process, for the mark of what it is writing. */
  readonly writer: unknown;
  readonly clock: Clock;
  readonly onBackup?: ((backup: ListedBackup, progress: CopiedBackups) => void) | undefined;
}

/**
 * Brings the backups of `from` that `to` lacks there, byte for byte and without the key. Every object is compared with
 * the digest that its manifest has; what `from` holds damaged is taken from one of `others`. A base goes before what
 * stands on it, and its manifest after everything else, so that what is there after a cut is whole, and the same call
 * goes on. What `from` does not have is left alone.
 *
 * Rejects with the failure of the object that none of them has whole, and with what the storages say.
 */
export async function copyBackups(
  from: OpenCopy,
  to: StorageBackend,
  others: readonly OpenCopy[],
  options: CopyBackupsOptions,
): Promise<CopiedBackups> {
  const { signal, onBackup, hostname, name } = options;
  const filter = { hostname, name };
  const { listed, damaged } = await listBackups(from.storage, filter, signal);
  const there = await listBackups(to, filter, signal);
  // A manifest that cannot be believed makes room for the good one.
  for (const { placed } of there.damaged)
    if (listed.has(placed.id)) await to.remove(manifestKey(placed), signal);
  const counts = { backups: 0, presentBackups: 0, objects: 0, bytes: 0 };
  for (const backup of inOrder([...listed.values()])) {
    const copied = await marked(to, backup, there.listed.has(backup.backup.id), options, () =>
      copyBackup(backup, [from, ...others], to, signal),
    );
    if (copied.objects === 0) counts.presentBackups += 1;
    else counts.backups += 1;
    counts.objects += copied.objects;
    counts.bytes += copied.bytes;
    if (copied.objects > 0) onBackup?.(backup, { ...counts });
  }
  const [first] = damaged;
  if (first) throw first.failure;
  return counts;
}

/** While it is brought, a mark says who does it, so that nobody takes it for the rest of a run that was killed. */
async function marked<T>(
  to: StorageBackend,
  { folder }: ListedBackup,
  isThere: boolean,
  { writer, clock, signal }: CopyBackupsOptions,
  act: () => Promise<T>,
): Promise<T> {
  if (isThere) return act();
  // A mark of somebody who is gone gives way to ours.
  await removeWriterMark(to, folder, signal);
  await putWriterMark(to, folder, writer, clock.now(), signal);
  const done = await act();
  await removeWriterMark(to, folder, signal);
  return done;
}

/** From the first that has everything whole; what was brought before that stays. */
async function copyBackup(
  backup: ListedBackup,
  sources: readonly OpenCopy[],
  to: StorageBackend,
  signal: AbortSignal,
): Promise<{ readonly objects: number; readonly bytes: number }> {
  const { folder } = backup;
  const digests = new Map(objectsOf(backup).map(({ key, sha256 }) => [key, sha256]));
  const done = { objects: 0, bytes: 0 };
  let failure: Failure | undefined;
  for (const { storage } of sources) {
    let now = { objects: 0, bytes: 0 };
    const bring = async (only: (key: string) => boolean, before: { objects: number; bytes: number }) => {
      await copyObjects(storage, to, {
        ...{ prefix: folder, only, signal },
        digestOf: (key) => digests.get(key),
        // What lies there with another size is the rest of a run that was cut short, or damaged.
        replaces: true,
        onProgress: ({ objects, bytes }) =>
          (now = { objects: before.objects + objects, bytes: before.bytes + bytes }),
      });
    };
    try {
      await bring((key) => digests.has(key), now);
      await confirmObjects(to, folder, backup.read.manifest, signal);
      await bring((key) => key === manifestKey(backup.backup), now);
    } catch (error) {
      signal.throwIfAborted();
      if (!isDamage(error)) throw error;
      failure ??= asFailure(error);
      continue;
    } finally {
      done.objects += now.objects;
      done.bytes += now.bytes;
    }
    return done;
  }
  throw failure ?? new Failure('storage.object-missing', `no storage has "${folder}"`, { folder });
}

function isDamage(error: unknown): boolean {
  return (
    isFailure(error) && (error.code === 'storage.body-mismatch' || error.code === 'storage.object-missing')
  );
}

function inOrder(backups: readonly ListedBackup[]): ListedBackup[] {
  return [...backups].sort((a, b) => a.backup.level - b.backup.level || (a.backup.id < b.backup.id ? -1 : 1));
}
