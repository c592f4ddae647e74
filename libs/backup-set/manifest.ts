import { createHash } from 'node:crypto';
import type { Backup } from '#domain';
import { Failure, isBackupId, z, type BackupId } from '#kernel';
import { CODEC_NAMES } from '#codecs';
import type { DataKey } from './keys/data-key.js';
import { refuseNewer } from './container/records.js';
import { wrappedKeySchema } from './keys/wrap.js';

/**
 * The contents page of a backup and its commit mark: written last, so without it there is no backup.
 *
 * Stored as one line of JSON, a line `sha256 <hex>` over it, and, in an encrypted container, a line
 * `hmac-sha256 <hex>` under a key derived from the backup's data key.
 */

/** More segments do not fit into a manifest: with segments of 64 MiB that is 64 TiB. */
export const MAX_SEGMENTS = 1_000_000;
/** A segment takes up to 96 bytes of it. No writer makes larger ones; a reader does not read them into memory. */
export const MAX_MANIFEST = 96 * 1024 * 1024;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const backupIdSchema = z.custom<BackupId>(
  (id) => typeof id === 'string' && isBackupId(id),
  'is not a backup id',
);
const stored = z.strictObject({ size: count, sha256 });
/** What a backup was given by whoever made it. */
const label = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => !hasControls(text), 'has a control character');

export const manifestSchema = z.strictObject({
  format: z.literal(1),
  program: z.string(),
  container: z.string(),
  backup: backupIdSchema,
  hostname: z.string(),
  name: z.string(),
  chain: backupIdSchema,
  level: count,
  /** The backup that this one stands on, pinned by the digest of its manifest. */
  base: z.strictObject({ backup: backupIdSchema, manifest: sha256 }).optional(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  engine: z.string(),
  /** Only when there are some. */
  labels: z.array(label).min(1).max(100).optional(),
  source: z.string(),
  /** Digest of what the source and its exclusions were: an increment is made only on the same. */
  selection: sha256,
  compression: z.enum(CODEC_NAMES),
  dataKey: wrappedKeySchema.optional(),
  segments: z.array(stored).max(MAX_SEGMENTS),
  catalogue: stored,
  index: stored,
  state: stored,
  /** Only when the stream was cut by its content. */
  pieces: stored.optional(),
  totals: z.strictObject({
    entries: count,
    files: count,
    directories: count,
    /** Bytes of the files in this stream, holes included. */
    contentBytes: count,
    streamBytes: count,
    /** Bytes of segments, catalogue, index, state and pieces. */
    storedBytes: count,
    skipped: count,
    changed: count,
  }),
});

export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

export function encodeManifest(manifest: Manifest, dataKey: DataKey | undefined): Buffer {
  const body = JSON.stringify(manifest);
  const lines = [body, `sha256 ${digestOf(body)}`];
  if (dataKey) lines.push(`hmac-sha256 ${dataKey.sign(body)}`);
  return Buffer.from(`${lines.join('\n')}\n`, 'utf8');
}

/** A manifest as it was read: its signature is checked when the key is known, see {@link checkSignature}. */
export interface ReadManifest {
  readonly manifest: Manifest;
  /** SHA-256 of the whole object, hex: what the next level pins. */
  readonly digest: string;
  readonly body: string;
  readonly signature: string | undefined;
}

/** `manifest.damaged` for anything but what {@link encodeManifest} made, `container.newer-format` for a later format. */
export function decodeManifest(bytes: Buffer, key: string): ReadManifest {
  const [body = '', digestLine, ...tail] = bytes.toString('utf8').split('\n');
  const signature = /^hmac-sha256 ([0-9a-f]{64})$/.exec(tail[0] ?? '')?.[1];
  const end = tail.slice(signature === undefined ? 0 : 1);
  if (digestLine !== `sha256 ${digestOf(body)}` || end.length !== 1 || end[0] !== '') {
    throw new Failure('manifest.damaged', `"${key}" is damaged: its digest does not match`, { key });
  }
  const json = jsonOf(body, key);
  refuseNewer(json, key);
  const manifest = manifestSchema.safeParse(json);
  if (!manifest.success)
    throw new Failure('manifest.damaged', `"${key}" is not a manifest`, { key }, manifest.error);
  if ((manifest.data.dataKey === undefined) !== (signature === undefined)) {
    throw new Failure('manifest.damaged', `"${key}" is signed and not encrypted, or the reverse`, { key });
  }
  return { manifest: manifest.data, digest: digestOf(bytes), body, signature };
}

/** In an encrypted container, refuses a manifest that was not written by a holder of its key. */
export function checkSignature(read: ReadManifest, dataKey: DataKey | undefined): void {
  if (!dataKey) return;
  if (read.signature === undefined || !dataKey.hasSigned(read.body, read.signature)) {
    throw new Failure(
      'manifest.damaged',
      `the manifest of backup ${read.manifest.backup} is not signed by its key`,
      {
        backup: read.manifest.backup,
      },
    );
  }
}

/** What decisions need to know of a backup. */
export function backupOf(manifest: Manifest): Backup {
  const { backup: id, hostname, name, chain, level, engine, labels, base } = manifest;
  return {
    ...{ id, hostname, name, chain, level, engine },
    ...(labels ? { labels } : {}),
    ...(base ? { base: base.backup } : {}),
    startedAt: new Date(manifest.startedAt),
    finishedAt: new Date(manifest.finishedAt),
  };
}

function jsonOf(body: string, key: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Failure('manifest.damaged', `"${key}" is not JSON`, { key }, error);
  }
}

function hasControls(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return /[\u0000-\u001f\u007f]/.test(text);
}

function digestOf(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
