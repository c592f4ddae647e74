import { isBackupId, isFailure, z, type BackupId } from '#kernel';
import type { StorageBackend } from '#storage';
import { readRecord, writeRecord } from '../container/records.js';
import { holdKey, holdsFolder, type Series } from '../layout.js';

/** A wish that a backup is not removed, kept in the container. */
export interface Hold {
  readonly backup: BackupId;
  /** Without it the hold lasts until it is released. */
  readonly until?: Date | undefined;
  readonly reason?: string | undefined;
}

/** What is held: hostname, name and id of a backup. */
export interface HeldBackup extends Series {
  readonly id: BackupId;
}

const holdSchema = z.strictObject({
  format: z.literal(1),
  heldAt: z.iso.datetime(),
  until: z.iso.datetime().optional(),
  reason: z.string().optional(),
});

/** Holds a backup, in place of a hold that it may have. */
export async function holdBackup(
  storage: StorageBackend,
  backup: HeldBackup,
  { now, until, reason }: { readonly now: Date } & Omit<Hold, 'backup'>,
  signal?: AbortSignal,
): Promise<void> {
  const record: z.input<typeof holdSchema> = {
    format: 1,
    heldAt: now.toISOString(),
    ...(until ? { until: until.toISOString() } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
  await releaseHold(storage, backup, signal);
  await writeRecord(storage, holdKey(backup), record, signal);
}

/** Lets a backup go; one that is not held stays as it is. */
export async function releaseHold(
  storage: StorageBackend,
  backup: HeldBackup,
  signal?: AbortSignal,
): Promise<void> {
  await storage.remove(holdKey(backup), signal);
}

/** All holds of a series, ended ones as well. One that cannot be read holds without an end. */
export async function holdsOf(
  storage: StorageBackend,
  series: Series,
  signal?: AbortSignal,
): Promise<ReadonlyMap<BackupId, Hold>> {
  const holds = new Map<BackupId, Hold>();
  const folder = holdsFolder(series);
  for await (const { key } of storage.list(folder, signal)) {
    const [, backup = ''] = /^(.*)\.json$/.exec(key.slice(folder.length)) ?? [];
    if (isBackupId(backup)) holds.set(backup, await readHold(storage, key, backup, signal));
  }
  return holds;
}

/** `held until 2027-01-01T00:00:00.000Z: the audit`, or `undefined` when the hold has ended. */
export function holdInWords({ until, reason }: Hold, now: Date): string | undefined {
  if (until && until <= now) return undefined;
  const because = reason === undefined ? '' : `: ${reason}`;
  return `${until ? `held until ${until.toISOString()}` : 'held'}${because}`;
}

async function readHold(
  storage: StorageBackend,
  key: string,
  backup: BackupId,
  signal?: AbortSignal,
): Promise<Hold> {
  try {
    const record = await readRecord(storage, key, holdSchema, 'container.damaged', signal);
    const { until, reason } = record ?? {};
    return { backup, ...(until === undefined ? {} : { until: new Date(until) }), reason };
  } catch (error) {
    if (!isFailure(error, 'container.damaged', 'container.newer-format')) throw error;
    return { backup, reason: 'why cannot be read' };
  }
}
