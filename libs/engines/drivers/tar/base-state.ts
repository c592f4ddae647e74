import { open, type FileHandle } from 'node:fs/promises';
import { bytesOf, textOf } from '#kernel';
import type { EngineState } from '../../archive-engine.js';
import { directoryAt, type DirectoryWalk, type WalkedDirectory } from './directory-walk.js';
import { relativePath } from './member-path.js';
import {
  rewriteSnapshot,
  snapshotBytes,
  type SnapshotDirectory,
  type SnapshotHead,
  type SnapshotPiece,
} from './snapshot-file.js';

/** The times of files come from a clock that stands still for up to 10 ms while the one tar reads goes on. */
const MARGIN_NS = 20_000_000n;
/** What tar is told to be the time of the last dump when everything shall be stored. */
const NEVER_NS = 0n;
const BILLION = 1_000_000_000n;

export interface BaseOptions {
  readonly root: string;
  /** Whether tar follows symlinks, so that a path that leads to a directory is one. */
  readonly follow: boolean;
  /** When known, every directory as tar will come to it. */
  readonly walk: DirectoryWalk | undefined;
}

/**
 * Writes the snapshot file that tar compares the source with. It differs from the base in three ways:
 *
 * - Directories that are no longer where they were are left out. GNU tar would take them for renamed and write rename
 *   records, which are fragile to replay and wrong when inode numbers are used again; left out, they are stored whole.
 * - The time of the dump is a little earlier, so that a file changed in that very moment is stored again, not missed. When
 *   the clock was put back behind it, it is 1970: all files are stored.
 * - With a walk, every directory is in it, those that the base does not know with nothing in them. Then tar never meets an
 *   inode it knows under another path, as it would with bind mounts and with symlinks that it follows.
 *
 * Without a base and a walk there is no file, and tar stores everything.
 */
export async function writeBaseState(
  base: EngineState | undefined,
  to: string,
  options: BaseOptions,
): Promise<void> {
  if (!base && !options.walk) return;
  const file = await open(to, 'wx', 0o600);
  try {
    const walked = options.walk && new Map(options.walk.directories);
    if (base) await copyBase(base, file, options, walked);
    else await file.writeFile(snapshotBytes(EMPTY_HEAD));
    if (walked) await addNew(walked, file);
  } finally {
    await file.close();
  }
}

const EMPTY_HEAD: SnapshotHead = { kind: 'head', writer: Buffer.from('GNU tar-1.34-2'), timeNs: NEVER_NS };

type Walked = Map<string, WalkedDirectory>;

async function copyBase(
  base: EngineState,
  file: FileHandle,
  options: BaseOptions,
  walked: Walked | undefined,
): Promise<void> {
  const { mtimeNs: now } = await file.stat({ bigint: true });
  let isKept = true;
  await rewriteSnapshot(base.open(), file, async (group) => {
    const kept = await keptDirectories(group, options, walked);
    return group.flatMap((piece): SnapshotPiece[] => {
      if (piece.kind === 'head') return [{ ...piece, timeNs: comparedTime(piece.timeNs, now) }];
      if (piece.kind === 'directory') isKept = kept.has(piece);
      return isKept ? [piece] : [];
    });
  });
}

function comparedTime(dumpNs: bigint, nowNs: bigint): bigint {
  const earlier = dumpNs - MARGIN_NS;
  return earlier > nowNs || earlier < NEVER_NS ? NEVER_NS : earlier;
}

/** Those directories of a group that are still there, under the same path with the same inode number. */
async function keptDirectories(
  group: readonly SnapshotPiece[],
  { root, follow }: BaseOptions,
  walked: Walked | undefined,
): Promise<ReadonlySet<SnapshotPiece>> {
  const directories = group.filter((piece) => piece.kind === 'directory');
  const same = await Promise.all(
    directories.map(async (directory) =>
      walked ? takenFrom(walked, directory) : stillThere(root, follow, directory),
    ),
  );
  return new Set(directories.filter((_, n) => same[n]));
}

function takenFrom(walked: Walked, directory: SnapshotDirectory): boolean {
  const path = relativePath(textOf(directory.name));
  if (walked.get(path)?.inode !== BigInt(directory.inode)) return false;
  return walked.delete(path);
}

async function stillThere(root: string, follow: boolean, directory: SnapshotDirectory): Promise<boolean> {
  const found = await directoryAt(Buffer.concat([bytesOf(`${root}/`), directory.name]), follow);
  return found?.inode === BigInt(directory.inode);
}

/** Listed with nothing in them, so that all that is in them is new. */
async function addNew(walked: Walked, file: FileHandle): Promise<void> {
  let pieces: Buffer[] = [];
  for (const [path, { device, inode, mtimeNs }] of walked) {
    const fields = [0n, mtimeNs / BILLION, 0n, device, inode].map((field) => Buffer.from(String(field)));
    const name = bytesOf(path === '.' ? '.' : `./${path}`);
    pieces.push(
      snapshotBytes({ kind: 'directory', name, inode: String(inode), fields }),
      snapshotBytes({ kind: 'end' }),
    );
    if (pieces.length >= 1000) {
      await file.writeFile(Buffer.concat(pieces));
      pieces = [];
    }
  }
  await file.writeFile(Buffer.concat(pieces));
}
