import { lstatSync, statSync, type BigIntStats, type Stats } from 'node:fs';
import { ancestorsOf, type LiveEntry } from '#backup-set';
import type { Entry } from '#domain';
import { Failure } from '#kernel';
import { ClosedDirectories } from './closed-directories.js';
import type { Overwrite } from '../orders.js';
import { placeOf } from './place-of.js';

/** Something in the target that has to go before the restore can put something else in its place. */
export type Obstacle = 'file' | 'directory';

/**
 * Decides, entry by entry, what may be written into a target that is not empty, and keeps every write inside it: no
 * entry is accepted whose way leads through a symlink or a file that was there before and stays. Reads only.
 * Memory held: the directories of the restore point.
 */
export class TargetGuard {
  /** By path, to be removed right before the extraction. */
  readonly obstacles = new Map<string, Obstacle>();
  /** Paths that stay as they are because something of another type is in the way. */
  readonly conflicts = new Set<string>();
  readonly closed: ClosedDirectories;
  readonly #ways = new Map<string, 'clear' | 'blocked'>();

  constructor(
    readonly root: string,
    readonly overwrite: Overwrite,
    /** A directory in the way of something else may be removed with all that is in it. */
    readonly mayDelete: boolean,
  ) {
    this.closed = new ClosedDirectories(root);
  }

  readonly accept = ({ entry }: LiveEntry): Promise<boolean> => Promise.resolve(this.#accepts(entry));

  #accepts(entry: Entry): boolean {
    if (!this.#isClear(entry.path)) return this.#leave(entry);
    const there = lookAt(this.root, entry.path);
    if (!there) return true;
    if (entry.type === 'directory') return this.#acceptsDirectory(entry, there);
    if (!this.#wins(entry, there)) return false;
    if (!there.isDirectory()) return true;
    if (!this.mayDelete) return this.#leave(entry);
    this.obstacles.set(entry.path, 'directory');
    return true;
  }

  #acceptsDirectory(entry: Entry, there: BigIntStats): boolean {
    if (there.isDirectory()) {
      const wins = this.#wins(entry, there);
      this.closed.note(entry.path, there, wins);
      return wins;
    }
    if (!this.#wins(entry, there)) {
      this.#ways.set(entry.path, 'blocked');
      return this.#leave(entry);
    }
    this.obstacles.set(entry.path, 'file');
    this.#ways.set(entry.path, 'clear');
    return true;
  }

  #wins(entry: Entry, there: BigIntStats): boolean {
    return this.overwrite === 'always' || (this.overwrite === 'if-newer' && entry.mtimeNs > there.mtimeNs);
  }

  /** Whether every directory on the way is a real one, or is not there yet. */
  #isClear(path: string): boolean {
    for (const ancestor of ancestorsOf(path).slice(1)) {
      const known = this.#ways.get(ancestor);
      const way = known ?? (lookAt(this.root, ancestor)?.isDirectory() === false ? 'blocked' : 'clear');
      if (!known) this.#ways.set(ancestor, way);
      if (way === 'blocked') return false;
    }
    return true;
  }

  #leave(entry: Entry): false {
    this.conflicts.add(entry.path);
    return false;
  }
}

/** What is at a path below `root`, symlinks not followed; the root itself may be reached through one. */
export function lookAt(root: string, path: string): BigIntStats | undefined {
  return looking(root, path, () => {
    const look = path === '.' ? statSync : lstatSync;
    return look(placeOf(root, path), { bigint: true, throwIfNoEntry: false });
  });
}

/** The same, for those who need no times to the nanosecond: half as dear. */
export function glanceAt(root: string, path: string): Stats | undefined {
  return looking(root, path, () => {
    const look = path === '.' ? statSync : lstatSync;
    return look(placeOf(root, path), { throwIfNoEntry: false });
  });
}

function looking<T>(root: string, path: string, look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    // A file where a directory would have to be: nothing is at this path.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw new Failure(
      'restore.target-invalid',
      `cannot look at "${path}" in the target`,
      { root, path },
      error,
    );
  }
}
