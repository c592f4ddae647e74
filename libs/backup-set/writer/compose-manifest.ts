import type { Notice } from '#domain';
import type { EntryTotals } from '../catalogue/catalogue-writer.js';
import type { StoredObject } from '../frames/stored-object.js';
import type { WrappedKey } from '../keys/wrap.js';
import type { Manifest } from '../manifest.js';
import type { NewBackup, WriterDeps } from './new-backup.js';

/** The objects of a backup that are no segments. */
export const DOCUMENTS = ['catalogue', 'index', 'state'] as const;
export type DocumentName = (typeof DOCUMENTS)[number];

/** What a finished backup consists of, as far as its writer found out. */
export interface Written {
  readonly finishedAt: Date;
  readonly dataKey: WrappedKey | undefined;
  readonly segments: readonly StoredObject[];
  readonly documents: Readonly<Record<DocumentName, StoredObject>>;
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
    ...{ engine, source, selection },
    compression: deps.codec.name,
    ...(dataKey ? { dataKey } : {}),
    segments: [...segments],
    catalogue: documents.catalogue,
    index: documents.index,
    state: documents.state,
    totals: {
      ...entryTotals,
      streamBytes,
      storedBytes,
      skipped: notices.filter((notice) => notice.state === 'skipped' && !notice.harmless).length,
      changed: notices.filter((notice) => notice.state === 'changed').length,
    },
  };
}
