import type { Stats } from 'node:fs';
import { bytesOf, textOf } from '#kernel';
import type { EngineState } from '../../../archive-engine.js';
import { LinksElsewhere } from './links-elsewhere.js';
import { relativePath } from '../stream/member-path.js';
import { newDirectories } from './new-directories.js';
import { SnapshotReader, type SnapshotDirectory } from './snapshot-file.js';
import { statusAt } from './status-at.js';

/** Times of files come as numbers that are exact to a microsecond. */
const LEEWAY_MS = 1;

export interface MovedLinksSearch {
  readonly root: string;
  readonly follow: boolean;
  /** The time tar compares with, for that of the base; 0 when everything is stored. */
  readonly comparedTime: (baseNs: bigint) => bigint;
  /** Whether a directory of the base stays as it is. */
  readonly isThere: (directory: SnapshotDirectory) => boolean;
  /** When known, all directories that are not among those. */
  readonly others: ReadonlyMap<string, unknown> | undefined;
}

/**
 * Goes through a base and its source for files in directories that are new or have moved, and that have names elsewhere
 * too. Memory held: the paths of the directories that have changed since the base, and the files.
 */
export async function movedLinks(
  base: EngineState,
  { root, follow, comparedTime, isThere, others }: MovedLinksSearch,
  signal: AbortSignal,
): Promise<LinksElsewhere> {
  /** NaN until it is known. */
  let sinceMs = NaN;
  const above = bytesOf(`${root}/`);
  const touched = new Set<string>();
  const isOld = ({ ctimeMs }: Stats) => ctimeMs < sinceMs - LEEWAY_MS;
  const isLeft = ({ ctimeMs }: Stats) => ctimeMs < sinceMs + LEEWAY_MS;
  const links = new LinksElsewhere({ root, follow, isLeft });
  const reader = new SnapshotReader({
    head: (baseNs) => {
      const sinceNs = comparedTime(baseNs);
      sinceMs = Number(sinceNs) / 1e6;
      return sinceNs;
    },
    directory: (directory) => {
      const status = others ? undefined : statusAt(Buffer.concat([above, directory.name]), follow);
      const isUntouched = status !== undefined && isOld(status);
      if (!isUntouched && isThere(directory)) touched.add(relativePath(textOf(directory.name)));
      return true;
    },
    name: () => true,
  });
  for await (const piece of base.open()) {
    signal.throwIfAborted();
    reader.push(piece);
    if (sinceMs === 0) return links;
  }
  reader.finish();
  await links.meet(others?.keys() ?? newDirectories(root, touched, isOld), signal);
  return links;
}
