import type { Entry, Notice } from '#domain';
import type { CatalogueLine } from '../catalogue/catalogue-line.js';
import type { BackupReader } from './backup-reader.js';
import type { LiveEntry } from './live-entry.js';
import { unchangedIn, type UnchangedNames } from './unchanged-names.js';
import type { UnreadFiles } from './unread-files.js';
import type { Wanted } from './wanted.js';

export interface NewestLevelDeps {
  readonly reader: BackupReader;
  readonly wanted: Wanted;
  readonly unread: UnreadFiles;
  /** Gets the names that older levels are to be asked for; `undefined` when there are none. */
  readonly unchanged: UnchangedNames | undefined;
}

/** What the lines of the newest level tell: its own wanted members, names that lead to older levels, and notices. */
export class NewestLevel {
  readonly #deps: NewestLevelDeps;
  readonly #notices: Notice[] = [];
  readonly #linked: Notice[] = [];
  readonly #waiting: Ancestors;
  readonly #unseen: Set<string> | undefined;

  constructor(deps: NewestLevelDeps) {
    this.#deps = deps;
    this.#waiting = new Ancestors(deps.reader);
    this.#unseen = unseenFiles(deps);
  }

  /** Whether nothing can follow that is wanted. */
  get isDone(): boolean {
    return this.#unseen?.size === 0 && (this.#deps.unchanged?.isEmpty ?? true);
  }

  /** About wanted paths. */
  get notices(): readonly Notice[] {
    return [...this.#notices, ...this.#linked].filter((notice) => this.#deps.wanted(notice.path));
  }

  *live(lines: Iterable<CatalogueLine>): Generator<LiveEntry, void> {
    for (const line of lines) {
      if (line.kind === 'entry') yield* this.#liveOf(line.entry);
      else if (line.kind === 'notice') this.#notices.push(line.notice);
      if (this.isDone) return;
    }
  }

  /** At the end: what could not be read is missing, but not lost. */
  forgive(): void {
    for (const { state, path } of this.#notices) if (state === 'skipped') this.#deps.unchanged?.forgive(path);
  }

  *#liveOf(entry: Entry): Generator<LiveEntry, void> {
    const { reader, wanted, unread, unchanged } = this.#deps;
    if (unread.has(entry)) {
      if (unread.hasTargetOf(entry)) this.#linked.push(unreadLink(entry));
    } else if (wanted(entry.path)) {
      yield* this.#waiting.leadingTo(entry.path);
      yield { entry, reader };
      if (entry.type !== 'directory') this.#unseen?.delete(entry.path);
    } else if (entry.type === 'directory') this.#waiting.add(entry);
    if (!unchanged) return;
    for (const path of unchangedIn(entry)) {
      if (!wanted(path)) continue;
      unchanged.add(path);
      yield* this.#waiting.leadingTo(path);
    }
  }
}

/**
 * Roots that were not met yet: there can be nothing below a file, so when all have turned out to be files, the rest of a
 * catalogue has nothing to say. `undefined` when it may still have a notice about one of them.
 */
function unseenFiles({ reader, wanted }: NewestLevelDeps): Set<string> | undefined {
  const { skipped, changed } = reader.manifest.totals;
  return wanted.roots && skipped + changed === 0 ? new Set(wanted.roots) : undefined;
}

/** The backup speaks of the file under its first name only. */
function unreadLink({ path }: Entry): Notice {
  return { path, state: 'skipped', reason: 'hard link to a file that could not be read' };
}

/** Directories that were passed over, until something in them turns out to be wanted. Parents come before children. */
class Ancestors {
  readonly #waiting = new Map<string, Entry>();

  constructor(private readonly reader: BackupReader) {}

  add({ listing: _listing, ...directory }: Entry): void {
    this.#waiting.set(directory.path, directory);
  }

  *leadingTo(path: string): Generator<LiveEntry> {
    if (this.#waiting.size === 0) return;
    for (const ancestor of ancestorsOf(path)) {
      const entry = this.#waiting.get(ancestor);
      if (!entry) continue;
      this.#waiting.delete(ancestor);
      yield { entry, reader: this.reader, ancestor: true };
    }
  }
}

/** `a/b/c` → `.`, `a`, `a/b`. */
export function ancestorsOf(path: string): string[] {
  if (path === '.') return [];
  const parts = path.split('/');
  return ['.', ...parts.slice(0, -1).map((_, i) => parts.slice(0, i + 1).join('/'))];
}
