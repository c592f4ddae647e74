import type { Entry } from '#domain';
import type { BackupReader } from './backup-reader.js';
import type { LiveEntry } from './live-entry.js';

/**
 * Names that a level calls unchanged (`N`), on their way down the chain to the level that stored them.
 *
 * In the level below, the listing of the same directory tells what becomes of a name: with `Y` its member is there, with
 * `N` it lies deeper, and when it is not listed it was never stored: GNU tar calls what is excluded unchanged, too. What
 * should be there and is not is a hole. Memory held: the names.
 */
export class UnchangedNames {
  /** Looked for in the next level, and whether that level is known to have it. */
  #sought = new Map<string, boolean>();
  readonly holes: string[] = [];

  get isEmpty(): boolean {
    return this.#sought.size === 0;
  }

  add(path: string): void {
    this.#sought.set(path, false);
  }

  /** Its level says that it could not be read: it is missing, but not lost. */
  forgive(path: string): void {
    this.#sought.delete(path);
  }

  /** What is in the next level down. */
  async *foundIn(reader: BackupReader, signal?: AbortSignal): AsyncGenerator<LiveEntry> {
    const deeper = new Map<string, boolean>();
    for await (const line of reader.catalogue(signal)) {
      if (line.kind === 'entry') {
        const { entry } = line;
        if (entry.type === 'directory') this.#sort(entry, deeper);
        else if (this.#sought.delete(entry.path) || deeper.delete(entry.path)) yield { entry, reader };
      } else if (line.kind === 'notice' && line.notice.state === 'skipped') {
        // What this level could not read, no later one can call unchanged: an older version would be taken for it.
        const { path } = line.notice;
        if (this.#sought.delete(path) || deeper.delete(path)) this.holes.push(path);
      }
    }
    for (const [path, isHere] of this.#sought) if (isHere) this.holes.push(path);
    this.#sought = deeper;
  }

  #sort(directory: Entry, deeper: Map<string, boolean>): void {
    for (const listed of directory.listing ?? []) {
      const path = below(directory.path, listed.slice(1));
      if (!this.#sought.has(path)) continue;
      if (listed.startsWith('Y')) this.#sought.set(path, true);
      if (!listed.startsWith('N')) continue;
      this.#sought.delete(path);
      deeper.set(path, false);
    }
  }
}

/** The path of `name` in the directory `directory`. */
export function below(directory: string, name: string): string {
  return directory === '.' ? name : `${directory}/${name}`;
}
