import { asFailure, backupId, isBackupId, isFailure, z, type BackupId, type Failure } from '#kernel';
import { bodyOf, type StorageBackend } from '#storage';
import { readSmall } from '../container/records.js';
import { verificationsFolder, type Series } from '../layout.js';

/** What of one backup a verification has read, and how it was. */
export interface VerifiedShare {
  readonly backup: BackupId;
  /** Objects whose stored bytes were read, and how many there are. */
  readonly objects: number;
  readonly ofObjects: number;
  readonly bytes: number;
  readonly ofBytes: number;
  readonly findings: number;
  readonly lost: number;
}

export const VERIFICATION_SCOPES = ['sample', 'digests', 'data'] as const;

/**
 * The result of one verification, kept beside the backups for people. It proves nothing to anybody who doubts the
 * storage, since whoever can write there can write it.
 */
export interface Verification extends Series {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly program: string;
  /** Stored bytes of some objects; of all of them; and on top of that all data, opened and compared. */
  readonly scope: (typeof VERIFICATION_SCOPES)[number];
  readonly sample?: { readonly wanted: string; readonly seed?: string | undefined } | undefined;
  readonly backups: readonly VerifiedShare[];
}

/** How many are kept of each hostname and name. */
export const KEPT_VERIFICATIONS = 10;

/** A million backups do not fit, and are more than a series has. */
const MAX_VERIFICATION = 64 * 1024 * 1024;

const count = z.int().min(0);
const backupIdSchema = z.custom<BackupId>(
  (id) => typeof id === 'string' && isBackupId(id),
  'is no backup id',
);
const verificationSchema = z.strictObject({
  format: z.literal(1),
  hostname: z.string(),
  name: z.string(),
  startedAt: z.iso.datetime().transform((text) => new Date(text)),
  finishedAt: z.iso.datetime().transform((text) => new Date(text)),
  program: z.string(),
  scope: z.enum(VERIFICATION_SCOPES),
  sample: z.strictObject({ wanted: z.string(), seed: z.string().optional() }).optional(),
  backups: z.array(
    z.strictObject({
      ...{ backup: backupIdSchema, objects: count, ofObjects: count, bytes: count, ofBytes: count },
      ...{ findings: count, lost: count },
    }),
  ),
});

/**
 * Keeps the result and forgets all but the newest ten of its series. Resolves with the failure when the storage takes
 * nothing: that the result cannot be kept makes it no worse. `random` is four random bytes.
 */
export async function keepVerification(
  storage: StorageBackend,
  verification: Verification,
  random: Uint8Array,
  signal?: AbortSignal,
): Promise<Failure | undefined> {
  const folder = verificationsFolder(verification);
  const key = `${folder}${backupId(verification.finishedAt, random)}.json`;
  const bytes = Buffer.from(`${JSON.stringify({ format: 1, ...verification })}\n`, 'utf8');
  try {
    await storage.put(key, bodyOf(bytes), signal);
    const keys = await verificationKeys(storage, folder, signal);
    for (const old of keys.slice(KEPT_VERIFICATIONS)) await storage.remove(old, signal);
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    // Whoever may add and not remove leaves old ones to those who may.
    const failure = asFailure(error);
    if (!failure.code.startsWith('storage.')) throw failure;
    return (await isThere(storage, key, signal)) ? undefined : failure;
  }
}

/** The kept verifications of a series, the newest first. What cannot be read is passed over. */
export async function verificationsOf(
  storage: StorageBackend,
  series: Series,
  signal?: AbortSignal,
): Promise<readonly Verification[]> {
  const found: Verification[] = [];
  try {
    const keys = await verificationKeys(storage, verificationsFolder(series), signal);
    for (const key of keys.slice(0, KEPT_VERIFICATIONS)) {
      const verification = await readVerification(storage, key, series, signal);
      if (verification) found.push(verification);
    }
  } catch (error) {
    if (!isFailure(error, 'storage.access-denied')) throw error;
  }
  // Keys tell seconds; two verifications may have ended in one.
  return found.sort((a, b) => b.finishedAt.getTime() - a.finishedAt.getTime());
}

/** When a backup was verified last, and what of it was read. */
export interface LastVerified extends Omit<VerifiedShare, 'backup'> {
  readonly at: Date;
  readonly scope: Verification['scope'];
  /** When all of its objects were read last. */
  readonly wholeAt?: Date | undefined;
}

/** The newest verification that read anything of a backup, or found anything wrong with it. */
export function lastVerified(newestFirst: readonly Verification[]): ReadonlyMap<BackupId, LastVerified> {
  const last = new Map<BackupId, LastVerified>();
  for (const { finishedAt: at, scope, backups } of newestFirst) {
    for (const { backup, ...share } of backups) {
      if (share.objects === 0 && share.findings === 0) continue;
      const newest = last.get(backup) ?? { at, scope, ...share };
      const wholeAt = newest.wholeAt ?? (share.objects === share.ofObjects ? at : undefined);
      last.set(backup, { ...newest, ...(wholeAt ? { wholeAt } : {}) });
    }
  }
  return last;
}

async function verificationKeys(
  storage: StorageBackend,
  folder: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list(folder, signal)) {
    const [, name = ''] = /^(.*)\.json$/.exec(key.slice(folder.length)) ?? [];
    if (isBackupId(name)) keys.push(key);
  }
  return keys.reverse();
}

async function readVerification(
  storage: StorageBackend,
  key: string,
  series: Series,
  signal?: AbortSignal,
): Promise<Verification | undefined> {
  try {
    const bytes = await readSmall(storage, key, MAX_VERIFICATION, 'container.damaged', signal);
    if (!bytes) return undefined;
    const read = verificationSchema.safeParse(JSON.parse(bytes.toString('utf8')));
    if (!read.success) return undefined;
    const { format: _, ...verification } = read.data;
    return verification.hostname === series.hostname && verification.name === series.name
      ? verification
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isFailure(error, 'container.damaged')) return undefined;
    throw error;
  }
}

async function isThere(storage: StorageBackend, key: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await storage.head(key, signal);
    return true;
  } catch (error) {
    if (isFailure(error)) return false;
    throw error;
  }
}
