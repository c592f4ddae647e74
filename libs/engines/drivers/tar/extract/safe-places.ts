import { lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import type { Entry } from '#domain';
import { bytesOf, Failure, printable } from '#kernel';
import { noSpace } from './extract-problems.js';
import { parentOf } from '../stream/member-path.js';

const MOST_REMEMBERED = 10_000;

/** Until its own member is extracted, nobody else may look into a directory. */
const CLOSED = 0o700;

/**
 * Sees to it that tar writes nothing outside of a target. Tar follows symlinks on the way to a member: one that stood in
 * the target before is removed, since in the backup there is a directory; one that the stream itself made is a trick.
 *
 * Makes the directories, since several tars that need the same one would make it in each other's way.
 *
 * Memory held: the paths of the symlinks in the stream, and 10,000 directories.
 */
export class SafePlaces {
  readonly #safe = new Set<string>(['.']);
  readonly #symlinks = new Set<string>();

  constructor(private readonly root: string) {}

  /** To be called before tar gets to see the member. Rejects with `restore.unsafe-path` and `storage.full`. */
  prepare({ path, type, link }: Pick<Entry, 'path' | 'type' | 'link'>): void {
    this.#clear(parentOf(path), path);
    if (type === 'hardlink' && link !== undefined) this.#clear(parentOf(link), path);
    if (type === 'symlink') {
      this.#symlinks.add(path);
      this.#safe.delete(path);
    } else {
      this.#symlinks.delete(path);
    }
    if (type === 'directory' && path !== '.') this.#makeMember(path);
  }

  /** Whether there is a directory now, from the root to here. Those that have no member of their own are made. */
  #clear(directory: string | undefined, member: string): void {
    if (directory === undefined || this.#safe.has(directory)) return;
    this.#clear(parentOf(directory), member);
    if (this.#symlinks.has(directory)) throw throughSymlink(member, directory);
    const place = this.#placeOf(directory);
    const there = lstatSync(place, { throwIfNoEntry: false });
    if (there?.isSymbolicLink()) unlinkSync(place);
    if (!there || there.isSymbolicLink()) this.#make(place);
    this.#remember(directory);
  }

  /** Whatever else stands there is replaced. */
  #makeMember(path: string): void {
    const place = this.#placeOf(path);
    if (this.#make(place, CLOSED) === 'EEXIST' && !lstatSync(place).isDirectory()) {
      unlinkSync(place);
      this.#make(place, CLOSED);
    }
    this.#remember(path);
  }

  /** Of what prevents it, other than a full disk, tar will tell. */
  #make(place: Buffer, mode?: number): string | undefined {
    try {
      mkdirSync(place, { mode });
      return undefined;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOSPC' || code === 'EDQUOT') throw noSpace(this.root);
      return code;
    }
  }

  #remember(directory: string): void {
    if (this.#safe.size >= MOST_REMEMBERED) this.#safe.clear();
    this.#safe.add(directory);
  }

  #placeOf(path: string): Buffer {
    return bytesOf(`${this.root}/${path}`);
  }
}

function throughSymlink(path: string, symlink: string): Failure {
  const message = `the path "${printable(path)}" in the archive leads through the symlink "${printable(symlink)}"`;
  return new Failure('restore.unsafe-path', message, { path, symlink });
}
