import type { Notice } from '#domain';
import type { EntryTotals } from '../catalogue/catalogue-writer.js';
import type { StoredObject } from '../frames/stored-object.js';
import type { WrappedKey } from '../keys/wrap.js';
import type { Manifest } from '../manifest.js';
import type { NewBackup, WriterDeps } from './new-backup.js';

/** The objects of a backup that are no segments; `pieces` only when its stream was cut by its content. */
export const DOCUMENTS = ['catalogue', 'index', 'state', 'pieces'] as const;
export type DocumentName = (typeof DOCUMENTS)[number];
export type WrittenDocuments = Readonly<Record<Exclude<DocumentName, 'pieces'>, StoredObject>> & {
  readonly pieces: StoredObject | undefined;
};

/** What a finished backup consists of, as far as its writer found out. */
export interface Written {
  readonly finishedAt: Date;
  readonly dataKey: WrappedKey | undefined;
  readonly segments: readonly StoredObject[];
  readonly documents: WrittenDocuments;
  readonly entryTotals: EntryTotals;
  readonly streamBytes: number;
  readonly storedBytes: number;
  readonly notices: readonly Notice[];
}

export function composeManifest(deps: WriterDeps, backup: NewBackup, written: Written): Manifest {
  const { base, id, hostname, name, chain, level, engine, source, selection, program, startedAt } = backup;
  const { dataKey, documents, entryTotals, finishedAt, notices, segments, storedBytes, streamBytes } =
    written;
  return {
    format: 1,
    program,
    container: deps.container.id,
    backup: id,
    ...{ hostname, name, chain, level },
    ...(base ? { base: { backup: base.backup.id, manifest: base.manifestDigest } } : {}),
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    engine,
    ...(backup.labels?.length ? { labels: [...backup.labels] } : {}),
    ...{ source, selection },
    compression: deps.codec.name,
    ...(dataKey ? { dataKey } : {}),
    segments: [...segments],
    catalogue: documents.catalogue,
    index: documents.index,
    state: documents.state,
    ...(documents.pieces ? { pieces: documents.pieces } : {}),
    totals: {
      ...entryTotals,
      streamBytes,
      storedBytes,
      skipped: notices.filter((notice) => notice.state === 'skipped' && !notice.harmless).length,
      changed: notices.filter((notice) => notice.state === 'changed').length,
    },
  };
}
