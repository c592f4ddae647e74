import type { BigIntStats, Dirent } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { bytesOf, textOf } from '#kernel';
import { below } from '../stream/member-path.js';

export interface WalkOptions {
  /** Whether symlinks to directories are gone through. */
  readonly follow: boolean;
  readonly oneFileSystem: boolean;
}

export interface WalkedDirectory {
  readonly device: bigint;
  readonly inode: bigint;
  readonly mtimeNs: bigint;
}

export interface DirectoryWalk {
  /** Every directory by its path, the root as `.`. */
  readonly directories: ReadonlyMap<string, WalkedDirectory>;
  /** Directories that are their own ancestors: they are not gone into. */
  readonly loops: readonly string[];
}

interface Visit {
  readonly path: string;
  readonly found: WalkedDirectory;
  readonly parent: Visit | undefined;
}

/**
 * Finds all directories below a root, as tar would come to them. What cannot be read is left to tar to report. Memory
 * held: a record for each directory.
 */
export async function walkDirectories(
  root: string,
  options: WalkOptions,
  signal: AbortSignal,
): Promise<DirectoryWalk> {
  const directories = new Map<string, WalkedDirectory>();
  const loops: string[] = [];
  const first = await directoryAt(bytesOf(root), true);
  const open: Visit[] = first ? [{ path: '.', found: first, parent: undefined }] : [];
  for (let visit = open.pop(); visit; visit = open.pop()) {
    signal.throwIfAborted();
    directories.set(visit.path, visit.found);
    if (options.oneFileSystem && visit.parent && visit.parent.found.device !== visit.found.device) continue;
    for (const next of await children(root, visit, options)) {
      if (isOwnAncestor(next)) loops.push(next.path);
      else open.push(next);
    }
  }
  return { directories, loops };
}

async function children(root: string, visit: Visit, options: WalkOptions): Promise<Visit[]> {
  const place = bytesOf(`${root}/${visit.path}`);
  const entries = await readdir(place, { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
  const candidates = entries.filter((entry) => mayBeDirectory(entry, options.follow));
  const visits = await Promise.all(
    candidates.map(async ({ name }): Promise<Visit | undefined> => {
      const found = await directoryAt(Buffer.concat([place, Buffer.from('/'), name]), options.follow);
      return found && { path: below(visit.path, textOf(name)), found, parent: visit };
    }),
  );
  return visits.filter((next) => next !== undefined);
}

function mayBeDirectory(entry: Dirent<Buffer>, follow: boolean): boolean {
  // Some file systems do not tell the type of an entry.
  return entry.isDirectory() || (entry.isSymbolicLink() ? follow : !entry.isFile());
}

/** What stands at a path, when that is a directory. */
export async function directoryAt(path: Buffer, follow: boolean): Promise<WalkedDirectory | undefined> {
  const status = await (follow ? stat : lstat)(path, { bigint: true }).catch(
    (): BigIntStats | undefined => undefined,
  );
  if (!status?.isDirectory()) return undefined;
  return { device: status.dev, inode: status.ino, mtimeNs: status.mtimeNs };
}

function isOwnAncestor({ found, parent }: Visit): boolean {
  for (let above = parent; above; above = above.parent) {
    if (above.found.device === found.device && above.found.inode === found.inode) return true;
  }
  return false;
}
