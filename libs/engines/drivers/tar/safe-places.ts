import { lstatSync, unlinkSync } from 'node:fs';
import type { Entry } from '#domain';
import { bytesOf, Failure, printable } from '#kernel';
import { parentOf } from './member-path.js';

const MOST_REMEMBERED = 10_000;

/**
 * Sees to it that tar writes nothing outside of a target. Tar follows symlinks on the way to a member: one that stood in
 * the target before is removed, since in the backup there is a directory; one that the stream itself made is a trick.
 *
 * Memory held: the paths of the symlinks in the stream, and 10,000 directories.
 */
export class SafePlaces {
  readonly #safe = new Set<string>(['.']);
  readonly #symlinks = new Set<string>();

  constructor(private readonly root: string) {}

  /** To be called before tar gets to see the member. Rejects with `restore.unsafe-path`. */
  prepare({ path, type, link }: Pick<Entry, 'path' | 'type' | 'link'>): void {
    this.#clear(parentOf(path), path);
    if (type === 'hardlink' && link !== undefined) this.#clear(parentOf(link), path);
    if (type === 'symlink') {
      this.#symlinks.add(path);
      this.#safe.delete(path);
    } else {
      this.#symlinks.delete(path);
    }
  }

  /** Whether there is a directory now, or nothing yet, from the root to here. */
  #clear(directory: string | undefined, member: string): void {
    if (directory === undefined || this.#safe.has(directory)) return;
    this.#clear(parentOf(directory), member);
    if (this.#symlinks.has(directory)) throw throughSymlink(member, directory);
    const place = bytesOf(`${this.root}/${directory}`);
    if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(place);
    if (this.#safe.size >= MOST_REMEMBERED) this.#safe.clear();
    this.#safe.add(directory);
  }
}

function throughSymlink(path: string, symlink: string): Failure {
  const message = `the path "${printable(path)}" in the archive leads through the symlink "${printable(symlink)}"`;
  return new Failure('restore.unsafe-path', message, { path, symlink });
}
