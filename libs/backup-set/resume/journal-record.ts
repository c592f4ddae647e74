import { isBackupId, z, type BackupId } from '#kernel';
import { FRAME_ROW, frameRowAt, writeFrameRow, type FrameRow } from '../frames/index-rows.js';
import { rawBase64, wrappedKeySchema } from '../keys/wrap.js';
import { TAG_BYTES } from './frame-tags.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const id = z.custom<BackupId>(
  (given) => typeof given === 'string' && isBackupId(given),
  'is not a backup id',
);

/** Everything that makes the bytes of a backup what they are, besides its source: a run goes on only with the same. */
const journalOrderSchema = z.strictObject({
  program: z.string(),
  container: z.string(),
  hostname: z.string(),
  name: z.string(),
  level: count,
  base: z.strictObject({ backup: id, manifest: sha256 }).optional(),
  engine: z.string(),
  source: z.string(),
  selection: sha256,
  compression: z.string(),
  compressionLevel: count.optional(),
  maxSegmentBytes: count,
  /** Where the copies lie. */
  places: z.array(z.string()),
});
export type JournalOrder = Readonly<z.infer<typeof journalOrderSchema>>;

/** The first record. `secret` stands in for what is derived from the data key where there is none. */
export const journalHeadSchema = z.strictObject({
  journal: z.literal(1),
  backup: id,
  chain: id,
  startedAt: z.iso.datetime(),
  order: journalOrderSchema,
  dataKey: wrappedKeySchema.optional(),
  secret: rawBase64(32).optional(),
});
export type JournalHead = Readonly<z.infer<typeof journalHeadSchema>>;

/** What follows: another run goes on with numbers of its own; a segment is stored for good; all from one on are not. */
export const journalRecordSchema = z.union([
  z.strictObject({
    numbering: z
      .int()
      .min(1)
      .max(2 ** 21 - 1),
  }),
  z.strictObject({ segment: count, size: count, sha256, rows: z.base64() }),
  z.strictObject({ cut: count }),
]);
export type JournalRecord = z.infer<typeof journalRecordSchema>;

/** A frame of a stored segment, and the tag of its plaintext. */
export interface TaggedRow {
  readonly row: FrameRow;
  readonly tag: Buffer;
}

const TAGGED_ROW = FRAME_ROW + TAG_BYTES;

export function encodeRows(rows: readonly TaggedRow[]): Buffer {
  const bytes = Buffer.alloc(rows.length * TAGGED_ROW);
  rows.forEach(({ row, tag }, i) => {
    writeFrameRow(bytes.subarray(i * TAGGED_ROW), row);
    tag.copy(bytes, i * TAGGED_ROW + FRAME_ROW);
  });
  return bytes;
}

export function decodeRows(bytes: Buffer): TaggedRow[] {
  return Array.from({ length: bytes.length / TAGGED_ROW }, (_, i) => {
    const own = bytes.subarray(i * TAGGED_ROW, (i + 1) * TAGGED_ROW);
    return { row: frameRowAt(own, 0), tag: own.subarray(FRAME_ROW) };
  });
}
