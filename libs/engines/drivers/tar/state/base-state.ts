import { lstatSync, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { bytesOf, textOf } from '#kernel';
import type { EngineState } from '../../../archive-engine.js';
import type { DirectoryWalk, WalkedDirectory } from './directory-walk.js';
import type { LinksElsewhere } from './links-elsewhere.js';
import { relativePath } from '../stream/member-path.js';
import { movedLinks } from './moved-links.js';
import {
  copySnapshot,
  emptySnapshotDirectory,
  rewriteSnapshot,
  snapshotHead,
  SnapshotReader,
  type SnapshotDirectory,
  type SnapshotVisitor,
} from './snapshot-file.js';

/** The times of files come from a clock that stands still for up to 10 ms while the one tar reads goes on. */
const MARGIN_NS = 20_000_000n;
/** What tar is told to be the time of the last dump when everything shall be stored. */
const NEVER_NS = 0n;
const BILLION = 1_000_000_000n;
/** Code of a directory among the names of a snapshot file. */
const DIRECTORY = 0x44;

export interface BasePlace {
  /** The directory the paths in the base are below. */
  readonly root: string;
  /** Whether tar follows symlinks, so that a path that leads to a directory is one. */
  readonly follow: boolean;
}

export interface BaseOptions extends BasePlace {
  /** Whether every directory is taken to be where it was: whoever asks for that looks with {@link isInPlace}. */
  readonly isInPlace: boolean;
  /** When known, every directory as tar will come to it. */
  readonly walk: DirectoryWalk | undefined;
  /** Whether tar stores a second name of a file as a hard link. */
  readonly keepsLinks: boolean;
}

/**
 * Writes the snapshot file that tar compares the source with. It differs from the base in four ways:
 *
 * - Directories that are no longer where they were are left out. GNU tar would take them for renamed and write rename
 *   records, which are fragile to replay and wrong when inode numbers are used again; left out, they are stored whole.
 * - With them go the names elsewhere of files that are in them, see {@link LinksElsewhere}.
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
  signal: AbortSignal,
): Promise<void> {
  if (!base && !options.walk) return;
  const file = await open(to, 'wx', 0o600);
  try {
    const walked = options.walk && new Map(options.walk.directories);
    if (base) await copyBase(base, file, options, walked, signal);
    else await file.writeFile(snapshotHead(NEVER_NS));
    if (walked) await addNew(walked, file);
  } finally {
    await file.close();
  }
}

type Walked = Map<string, WalkedDirectory>;

async function copyBase(
  base: EngineState,
  file: FileHandle,
  options: BaseOptions,
  walked: Walked | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { mtimeNs: now } = await file.stat({ bigint: true });
  const head = (timeNs: bigint) => comparedTime(timeNs, now);
  if (options.isInPlace && !walked) return copySnapshot(base.open(), file, head);
  const look = (left = walked) => (left ? directoriesIn(left) : directoriesAt(options));
  const others = walked && new Map(walked);
  const search = { ...options, comparedTime: head, isThere: look(others), others };
  const links = options.keepsLinks ? await movedLinks(base, search, signal) : undefined;
  const isThere = look();
  await rewriteSnapshot(base.open(), file, {
    head,
    ...(links && !links.isEmpty ? without(links, isThere) : all(isThere)),
  });
}

type Visit = Pick<SnapshotVisitor, 'directory' | 'name'>;

function all(directory: Look): Visit {
  return { directory, name: () => true };
}

function without(links: LinksElsewhere, isThere: Look): Visit {
  let at: Buffer;
  return {
    directory: (one) => {
      at = Buffer.from(one.name);
      return isThere(one);
    },
    name: (bytes, start, end) => bytes[start] === DIRECTORY || !links.has(at, bytes.subarray(start + 1, end)),
  };
}

/** Whether every directory of the base is still there, under the same path with the same inode number. */
export async function isInPlace(base: EngineState, place: BasePlace, signal: AbortSignal): Promise<boolean> {
  const isThere = directoriesAt(place);
  let areAll = true;
  const directory = (one: SnapshotDirectory) => (areAll &&= isThere(one));
  const reader = new SnapshotReader({ directory, name: () => true });
  for await (const piece of base.open()) {
    signal.throwIfAborted();
    reader.push(piece);
    if (!areAll) return false;
  }
  reader.finish();
  return true;
}

function comparedTime(dumpNs: bigint, nowNs: bigint): bigint {
  const earlier = dumpNs - MARGIN_NS;
  return earlier > nowNs || earlier < NEVER_NS ? NEVER_NS : earlier;
}

type Look = (directory: SnapshotDirectory) => boolean;

function directoriesIn(walked: Walked): Look {
  return ({ name, inode }) => {
    const path = relativePath(textOf(name));
    return walked.get(path)?.inode === BigInt(inode) && walked.delete(path);
  };
}

/**
 * Of each of very many directories one number is asked for, so they are asked one after the other without a promise for
 * each: that takes a tenth of the time, and tar comes to the same places next.
 */
function directoriesAt({ root, follow }: BasePlace): Look {
  const above = bytesOf(`${root}/`);
  return ({ name, inode }) => isStillAt(Buffer.concat([above, name]), follow, inode);
}

/** Whether there is a directory with this inode number. */
function isStillAt(place: Buffer, follow: boolean, inode: string): boolean {
  const look = follow ? statSync : lstatSync;
  try {
    const status = look(place, { throwIfNoEntry: false });
    if (!status?.isDirectory()) return false;
    if (Number.isSafeInteger(status.ino)) return String(status.ino) === inode;
    const exact = look(place, { bigint: true });
    return exact.isDirectory() && exact.ino === BigInt(inode);
  } catch {
    return false;
  }
}

/** Listed with nothing in them, so that all that is in them is new. */
async function addNew(walked: Walked, file: FileHandle): Promise<void> {
  let pieces: Buffer[] = [];
  for (const [path, { device, inode, mtimeNs }] of walked) {
    const name = bytesOf(path === '.' ? '.' : `./${path}`);
    pieces.push(emptySnapshotDirectory([0n, mtimeNs / BILLION, 0n, device, inode], name));
    if (pieces.length >= 1000) {
      await file.writeFile(Buffer.concat(pieces));
      pieces = [];
    }
  }
  await file.writeFile(Buffer.concat(pieces));
}
