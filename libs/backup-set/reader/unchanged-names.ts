import type { Entry } from '#domain';
import type { CatalogueLine } from '../catalogue/catalogue-line.js';
import { lineBatches } from '../catalogue/catalogue-reader.js';
import type { Selection } from '../catalogue/selection.js';
import type { BackupReader } from './backup-reader.js';
import type { LiveEntry } from './live-entry.js';
import { PathDigests } from './path-digests.js';
import { UnreadFiles } from './unread-files.js';

/** What is known of a name: looked for, known to be in the level at hand, or in one below it; or in none. */
const SOUGHT = 1;
const HERE = 2;
const DEEPER = 3;
const LOST = 4;

/**
 * Names that a level calls unchanged (`N`), on their way down the chain to the level that stored them.
 *
 * In the level below, the listing of the same directory tells what becomes of a name: with `Y` its member is there, with
 * `N` it lies deeper, and when it is not listed it was never stored: GNU tar calls what is excluded unchanged, too. What
 * should be there and is not is a hole. Memory held: at most 68 bytes a name.
 */
export class UnchangedNames {
  readonly #names = new PathDigests();
  #lost = 0;
  /** Complete after {@link nameHoles}. */
  readonly holes: string[] = [];

  /** With a selection, only lines that it takes are looked at: it must take all that tell about the names. */
  constructor(private readonly selection?: Selection) {}

  get isEmpty(): boolean {
    return this.#names.size === this.#lost;
  }

  add(path: string): void {
    this.#names.set(path, SOUGHT);
  }

  /** Its level says that it could not be read: it is missing, but not lost. */
  forgive(path: string): void {
    this.#names.update(path, () => undefined);
  }

  /** What is in the next level down. */
  async *foundIn(reader: BackupReader, signal?: AbortSignal): AsyncGenerator<Iterable<LiveEntry>, void> {
    const unread = await UnreadFiles.of(reader, signal);
    for await (const lines of lineBatches(reader.catalogue(signal), this.selection)) {
      yield this.#foundAmong(lines, reader, unread);
      if (this.isEmpty) break;
    }
    this.#goDown();
  }

  /** Puts the paths to the last holes: one more pass over the level whose names these are, when there are any. */
  async nameHoles(newest: BackupReader, signal?: AbortSignal): Promise<void> {
    if (this.#lost === 0) return;
    for await (const lines of lineBatches(newest.catalogue(signal), this.selection)) {
      for (const line of lines) if (line.kind === 'entry') this.#nameHolesIn(line.entry);
    }
  }

  #nameHolesIn(entry: Entry): void {
    for (const path of unchangedIn(entry)) {
      if (this.#names.update(path, (mark) => (mark === LOST ? undefined : mark)) !== LOST) continue;
      this.#lost -= 1;
      this.holes.push(path);
    }
  }

  *#foundAmong(
    lines: Iterable<CatalogueLine>,
    reader: BackupReader,
    unread: UnreadFiles,
  ): Generator<LiveEntry, void> {
    for (const line of lines) {
      if (line.kind === 'entry') {
        const { entry } = line;
        if (entry.type === 'directory') this.#sort(entry);
        else if (!this.#take(entry.path)) continue;
        else if (unread.has(entry)) this.holes.push(entry.path);
        else yield { entry, reader };
      } else if (line.kind === 'notice' && line.notice.state === 'skipped') {
        // What this level could not read, no later one can call unchanged: an older version would be taken for it.
        const { path } = line.notice;
        if (this.#take(path)) this.holes.push(path);
      }
      if (this.isEmpty) return;
    }
  }

  /** Whether it was looked for; then it is no more. */
  #take(path: string): boolean {
    const mark = this.#names.update(path, (known) => (known === LOST ? LOST : undefined));
    return mark !== undefined && mark !== LOST;
  }

  #sort(directory: Entry): void {
    for (const listed of directory.listing ?? []) {
      const place = listed.startsWith('Y') ? HERE : listed.startsWith('N') ? DEEPER : undefined;
      if (place === undefined) continue;
      this.#names.update(below(directory.path, listed.slice(1)), (mark) =>
        mark === SOUGHT || mark === HERE ? place : mark,
      );
    }
  }

  #goDown(): void {
    this.#names.updateAll((mark) => {
      if (mark === HERE) this.#lost += 1;
      if (mark === HERE || mark === LOST) return LOST;
      return mark === DEEPER ? SOUGHT : undefined;
    });
  }
}

/** The paths that a directory's listing calls unchanged. */
export function* unchangedIn({ path, listing }: Entry): Generator<string> {
  for (const name of listing ?? []) if (name.startsWith('N')) yield below(path, name.slice(1));
}

/** The path of `name` in the directory `directory`. */
export function below(directory: string, name: string): string {
  return directory === '.' ? name : `${directory}/${name}`;
}
