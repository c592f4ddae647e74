import { readFile, stat } from 'node:fs/promises';
import { asFailure, type BackupId } from '#kernel';
import type { Container } from '../container/container.js';
import type { StoredObject } from '../frames/stored-object.js';
import type { DataKey } from '../keys/data-key.js';
import type { WrappedKey } from '../keys/wrap.js';
import type { Series } from '../layout.js';
import { journalPath, MAX_JOURNAL } from './journal-file.js';
import { jsonOf, JournalLines } from './journal-lines.js';
import {
  decodeRows,
  journalHeadSchema,
  journalRecordSchema,
  type JournalHead,
  type JournalOrder,
  type JournalRecord,
  type TaggedRow,
} from './journal-record.js';

/** A segment that was stored for good by a run that did not end. */
export interface KeptSegment extends StoredObject {
  rows(): TaggedRow[];
}

/** What a run that did not end has left in its journal. */
export interface InterruptedBackup {
  readonly backup: BackupId;
  readonly chain: BackupId;
  readonly startedAt: Date;
  readonly order: JournalOrder;
  /** From the first on, without a gap. */
  readonly segments: readonly KeptSegment[];
  readonly dataKey: { readonly key: DataKey; readonly wrapped: WrappedKey } | undefined;
  /** The numberings that runs of this backup have used besides 0. */
  readonly numberings: readonly number[];
  readonly journal: JournalEnd;
}

/** Where a journal is to be gone on with. */
export interface JournalEnd {
  readonly path: string;
  readonly secret: Buffer;
  /** Bytes that are good. */
  readonly size: number;
  readonly last: string;
}

/**
 * What an interrupted backup of the series left; `undefined` when there is none, and the reason when nothing can be made
 * of what is there. Never rejects.
 */
export async function findInterrupted(
  directory: string,
  container: Container,
  series: Series,
): Promise<InterruptedBackup | { readonly unusable: string } | undefined> {
  const path = journalPath(directory, container, series);
  try {
    if ((await stat(path)).size > MAX_JOURNAL) return { unusable: 'its journal is larger than any can be' };
    return decodeJournal(await readFile(path), path, container) ?? { unusable: 'its journal is damaged' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { unusable: `its journal cannot be read: ${asFailure(error).message}` };
  }
}

function decodeJournal(bytes: Buffer, path: string, container: Container): InterruptedBackup | undefined {
  const size = bytes.lastIndexOf(10) + 1;
  // A last line that breaks off was never counted on.
  const lines = bytes.toString('utf8', 0, size).split('\n').slice(0, -1);
  const head = journalHeadSchema.safeParse(JSON.parse(jsonOf(lines[0] ?? '') || 'null'));
  if (!head.success) return undefined;
  const { backup, chain, startedAt, order, dataKey } = head.data;
  const isOfOurs = order.container === container.id && (dataKey ?? head.data.secret) !== undefined;
  if (!isOfOurs || container.encrypted !== (dataKey !== undefined)) return undefined;
  const key = container.dataKey(dataKey, backup);
  const secret = journalSecret(head.data, key);
  const reader = new JournalLines(secret);
  const [first, ...records] = lines.map((line) => reader.decode(line));
  if (first === undefined) return undefined;
  const told: JournalRecord[] = [];
  for (const record of records) {
    const parsed = journalRecordSchema.safeParse(record);
    if (!parsed.success) return undefined;
    told.push(parsed.data);
  }
  return {
    ...{ backup, chain, order, startedAt: new Date(startedAt) },
    segments: keptOf(told),
    dataKey: key && dataKey && { key, wrapped: dataKey },
    numberings: told.flatMap((record) => ('numbering' in record ? [record.numbering] : [])),
    journal: { path, secret, size, last: reader.last },
  };
}

/** What authenticates a journal. */
export function journalSecret({ secret }: Pick<JournalHead, 'secret'>, key: DataKey | undefined): Buffer {
  return key?.forJournal() ?? Buffer.from(secret ?? '', 'base64');
}

function keptOf(records: readonly JournalRecord[]): KeptSegment[] {
  const stored = new Map<number, KeptSegment>();
  for (const record of records) {
    if ('segment' in record) {
      const { size, sha256, rows } = record;
      const packed = Buffer.from(rows, 'base64');
      stored.set(record.segment, { size, sha256, rows: () => decodeRows(packed) });
    } else if ('cut' in record) {
      for (const segment of stored.keys()) if (segment >= record.cut) stored.delete(segment);
    }
  }
  const kept: KeptSegment[] = [];
  for (let next = stored.get(0); next; next = stored.get(kept.length)) kept.push(next);
  return kept;
}
