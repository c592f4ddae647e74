import type { Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { bytesOf } from '#kernel';
import { statusAt } from './status-at.js';

/** Looks between two pauses, so that others get their turn. */
const STRIDE = 1000;

export interface LinkSearch {
  readonly root: string;
  /** Whether tar follows symlinks: then a file may be met more often than it has names. */
  readonly follow: boolean;
  /** Whether tar would leave it out under a name it knows; what has changed since the base it stores under each. */
  readonly isLeft: (status: Stats) => boolean;
}

/**
 * Files in directories that are stored whole, which have other names elsewhere. When a directory moves, the files in it do
 * not change: tar would store the names in it and call those elsewhere unchanged, and one file would come back as two. So
 * the others have to be stored again.
 *
 * Memory held: two numbers for each file with several names in these directories.
 */
export class LinksElsewhere {
  /** By device and inode number, how many names are not found yet. Where a number is not exact, too much is stored. */
  readonly #open = new Map<number, Map<number, number>>();

  constructor(private readonly search: LinkSearch) {}

  /** Whether there is nothing to look for. */
  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** Looks at all that is directly in these directories, which are stored whole; paths as an Entry has them. */
  async meet(directories: AsyncIterable<string> | Iterable<string>, signal: AbortSignal): Promise<void> {
    const { root, follow, isLeft } = this.search;
    let looks = 0;
    for await (const directory of directories) {
      const place = bytesOf(`${root}/${directory}/`);
      // What cannot be read is left to tar to report.
      const entries = await readdir(place, { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
      for (const entry of entries) {
        looks += 1;
        if (looks % STRIDE === 0) await setImmediate(undefined, { signal });
        if (entry.isDirectory()) continue;
        const status = statusAt(Buffer.concat([place, entry.name]), follow);
        if (status && status.nlink > 1 && !status.isDirectory() && isLeft(status)) this.#found(status);
      }
    }
  }

  /** Whether a name in a directory that is not stored whole is one of theirs. */
  has(directory: Buffer, name: Buffer): boolean {
    if (this.isEmpty) return false;
    const { root, follow } = this.search;
    const place = Buffer.concat([bytesOf(`${root}/`), directory, Buffer.from('/'), name]);
    const status = statusAt(place, follow);
    if (!status || !this.#open.get(status.dev)?.has(status.ino)) return false;
    this.#found(status);
    return true;
  }

  #found({ dev, ino, nlink }: Stats): void {
    const files = this.#open.get(dev) ?? new Map<number, number>();
    const left = this.search.follow ? Infinity : (files.get(ino) ?? nlink) - 1;
    if (left > 0) files.set(ino, left);
    else files.delete(ino);
    if (files.size > 0) this.#open.set(dev, files);
    else this.#open.delete(dev);
  }
}
