import { accessSync, constants, lstatSync } from 'node:fs';
import { bytesOf, textOf } from '#kernel';
import { listTree, type ListedEntry } from './list-tree.js';
import { ODD_NAMES } from './odd-names.js';
import { place } from './places.js';
import { seeded, type Seeded } from './seeded.js';

/** Names longer than this are left alone, so that moved directories do not grow beyond what the kernel takes. */
const LONGEST = 700;
/** Directories with more in them are not removed: the oddities are to last for some generations. */
const FEW = 12;

/** A tree that is being changed: picks by chance, but only what this user may change. */
export class TreeUnderEdit {
  readonly random: Seeded;
  #made = 0;

  constructor(
    readonly root: string,
    readonly generation: number,
    seed: number,
  ) {
    this.random = seeded(seed * 1000 + generation);
  }

  /** Bytes of the full path. */
  at(path: string): Buffer {
    return path === '' ? bytesOf(this.root) : place(this.root, bytesOf(path));
  }

  file(fits: (path: string) => boolean = () => true): string | undefined {
    return this.#pick(this.#changeable('file').filter((path) => this.#allows(path, W_R) && fits(path)));
  }

  symlink(): string | undefined {
    return this.#pick(this.#changeable('symlink'));
  }

  directory(fits: (path: string) => boolean = () => true): string | undefined {
    return this.#pick(
      this.#changeable('directory').filter((path) => this.#allows(path, W_R_X) && fits(path)),
    );
  }

  /** A directory with little in it. */
  smallDirectory(): string | undefined {
    const all = listTree(this.root);
    return this.directory((path) => all.filter((entry) => isBelow(entry.path, path)).length <= FEW);
  }

  /** A new name, odd ones among them, in a directory that is there. */
  newName(directory: string | undefined): string {
    const plain = Buffer.from(`g${this.generation}-${(this.#made += 1)}-`);
    const odd = this.random.below(3) === 0 ? this.random.pick(ODD_NAMES) : undefined;
    const name = textOf(Buffer.concat([plain, odd ?? Buffer.alloc(0)]).subarray(0, 255));
    const path = directory === undefined ? name : `${directory}/${name}`;
    const isTaken = lstatSync(this.at(path), { throwIfNoEntry: false }) !== undefined;
    return isTaken ? this.newName(directory) : path;
  }

  linkCount(path: string): number {
    return lstatSync(this.at(path)).nlink;
  }

  /** First one of the uppermost directories, so that a deep one does not draw all changes to itself. */
  #pick(paths: readonly string[]): string | undefined {
    const top = this.random.pick([...new Set(paths.map(topOf))]);
    return this.random.pick(paths.filter((path) => topOf(path) === top));
  }

  #changeable(type: ListedEntry['type']): readonly string[] {
    return listTree(this.root)
      .filter((entry) => entry.type === type && entry.path.length < LONGEST)
      .map((entry) => entry.path)
      .filter((path) => this.#allows(parentOf(path), W_R_X));
  }

  #allows(path: string, mode: number): boolean {
    try {
      accessSync(this.at(path), mode);
      return true;
    } catch {
      // Not allowed: somebody else is picked.
      return false;
    }
  }
}

const W_R = constants.W_OK | constants.R_OK;
const W_R_X = W_R | constants.X_OK;

export function isBelow(path: string, directory: string): boolean {
  return path.startsWith(`${directory}/`);
}

function topOf(path: string): string {
  return path.split('/', 1)[0] ?? '';
}

function parentOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
