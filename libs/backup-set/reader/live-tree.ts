import type { Notice } from '#domain';
import { Failure } from '#kernel';
import { lineBatches } from '../catalogue/catalogue-reader.js';
import { Unbatched } from '../catalogue/unbatched.js';
import type { BackupReader } from './backup-reader.js';
import type { Chain } from './chain-reader.js';
import type { LiveEntry } from './live-entry.js';
import { NewestLevel } from './newest-level.js';
import { foundBefore, SearchLog } from './recent-search.js';
import { UnchangedNames } from './unchanged-names.js';
import { UnreadFiles } from './unread-files.js';
import { everything, selectionOf, type Wanted } from './wanted.js';

export { ancestorsOf } from './newest-level.js';
export { everything, type Wanted } from './wanted.js';

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
   * Newest level first, each level in stream order. Members that their level calls skipped are left out. What is not
   * wanted is hardly looked at, and a search for files ends when all are found. Memory held: some bytes for each wanted
   * unchanged name, the skipped paths, and, when not everything is wanted, the directories that are not, as far as
   * `roots` do not tell them apart. What a search by `roots`
   * found, if it is little, is kept for the next one for the same.
   */
  walk(wanted?: Wanted, signal?: AbortSignal): AsyncGenerator<LiveEntry, void> {
    return new Unbatched(this.batches(wanted, signal));
  }

  /** The same, many at a time; each batch is to be read to its end. */
  async *batches(
    wanted: Wanted = everything,
    signal?: AbortSignal,
  ): AsyncGenerator<Iterable<LiveEntry>, void> {
    const before = foundBefore(this.#chain, wanted);
    if (before) {
      yield before.live;
      ({ notices: this.notices, holes: this.holes } = before);
      return;
    }
    if (!wanted.roots) return yield* this.#search(wanted, signal);
    const log = new SearchLog();
    for await (const batch of this.#search(wanted, signal)) yield log.noting(batch);
    log.keep(this.#chain, wanted, { notices: this.notices, holes: this.holes });
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

  async *#search(wanted: Wanted, signal?: AbortSignal): AsyncGenerator<Iterable<LiveEntry>, void> {
    const [newest, ...older] = this.#chain.toReversed();
    if (!newest) return;
    const unchanged = new UnchangedNames(selectionOf(wanted));
    yield* this.#newest(newest, wanted, older.length > 0 ? unchanged : undefined, signal);
    for (const reader of older) {
      if (unchanged.isEmpty) break;
      yield* unchanged.foundIn(reader, signal);
    }
    await unchanged.nameHoles(newest, signal);
    this.holes = unchanged.holes;
  }

  async *#newest(
    reader: BackupReader,
    wanted: Wanted,
    unchanged: UnchangedNames | undefined,
    signal?: AbortSignal,
  ): AsyncGenerator<Iterable<LiveEntry>, void> {
    const unread = await UnreadFiles.of(reader, signal);
    const level = new NewestLevel({ reader, wanted, unread, unchanged });
    for await (const lines of lineBatches(reader.catalogue(signal), selectionOf(wanted))) {
      yield level.live(lines);
      if (level.isDone) break;
    }
    level.forgive();
    this.notices = level.notices;
  }
}
