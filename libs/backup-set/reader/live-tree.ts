import type { Entry, Notice } from '#domain';
import { Failure } from '#kernel';
import type { BackupReader } from './backup-reader.js';
import type { Chain } from './chain-reader.js';
import type { LiveEntry } from './live-entry.js';
import { unchangedIn, UnchangedNames } from './unchanged-names.js';
import { UnreadFiles } from './unread-files.js';

/** Which paths are asked for. A directory that is wanted does not make what is in it wanted: say so for each path. */
export type Wanted = (path: string) => boolean;

export const everything: Wanted = () => true;

/**
 * What a restore point consists of.
 *
 * Every level's stream names all directories with all that was in them (the listing), so the newest level alone says
 * what lives. A name marked `N` there is unchanged since an older level, see {@link UnchangedNames}; one that should be
 * in a level and is not is a hole, and is never passed over in silence.
 */
export class LiveTree {
  readonly #chain: Chain;
  /** Of the newest level; complete when a walk has ended. */
  notices: readonly Notice[] = [];
  /** Paths that should be in an older level and are not; complete when a walk has ended. */
  holes: readonly string[] = [];

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /**
   * Newest level first, each level in stream order. Members that their level calls skipped are left out. Memory held: some
   * bytes for each wanted unchanged name, the skipped paths, and, when not everything is wanted, the directories that are
   * not.
   */
  async *walk(wanted: Wanted = everything, signal?: AbortSignal): AsyncGenerator<LiveEntry> {
    const [newest, ...older] = this.#chain.toReversed();
    if (!newest) return;
    const unchanged = new UnchangedNames();
    yield* this.#walkNewest(newest, wanted, unchanged, older.length > 0, signal);
    for (const reader of older) {
      if (unchanged.isEmpty) break;
      yield* unchanged.foundIn(reader, signal);
    }
    await unchanged.nameHoles(newest, signal);
    this.holes = unchanged.holes;
  }

  /** `chain.broken` when a walk has found a hole. */
  refuseHoles(): void {
    const [first] = this.holes;
    if (first === undefined) return;
    throw new Failure(
      'chain.broken',
      `${this.holes.length} unchanged files are in none of the levels, such as "${first}"`,
      {
        files: this.holes.slice(0, 100),
      },
    );
  }

  async *#walkNewest(
    reader: BackupReader,
    wanted: Wanted,
    unchanged: UnchangedNames,
    hasBase: boolean,
    signal?: AbortSignal,
  ): AsyncGenerator<LiveEntry> {
    const notices: Notice[] = [];
    const linked: Notice[] = [];
    const waiting = new Ancestors(reader);
    const unread = await UnreadFiles.of(reader, signal);
    for await (const line of reader.catalogue(signal)) {
      if (line.kind === 'notice') notices.push(line.notice);
      if (line.kind !== 'entry') continue;
      const { entry } = line;
      if (unread.has(entry)) {
        if (unread.hasTargetOf(entry)) linked.push(unreadLink(entry));
      } else if (wanted(entry.path)) {
        yield* waiting.leadingTo(entry.path);
        yield { entry, reader };
      } else if (entry.type === 'directory') waiting.add(entry);
      if (!hasBase) continue;
      for (const path of unchangedIn(entry)) {
        if (!wanted(path)) continue;
        unchanged.add(path);
        yield* waiting.leadingTo(path);
      }
    }
    for (const notice of notices) if (notice.state === 'skipped') unchanged.forgive(notice.path);
    this.notices = [...notices, ...linked].filter((notice) => wanted(notice.path));
  }
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
