import type { Entry, Notice } from '#domain';
import { lineBatches } from '../catalogue/catalogue-reader.js';
import { membersWith } from '../catalogue/selection.js';
import type { BackupReader } from './backup-reader.js';
import type { Chain } from './chain-reader.js';
import type { LiveEntry } from './live-entry.js';
import { everything, LiveTree, type Wanted } from './live-tree.js';
import { RangeList, type Range } from './ranges.js';

/** What is to be read of one level, in this order. */
export interface PlannedLevel {
  readonly reader: BackupReader;
  /** Members as they stand in the stream. */
  readonly members: RangeList;
  /** Hard links to members that are restored too. */
  readonly links: RangeList;
  /** Hard links to something that is not restored. */
  readonly retitled: readonly RetitledMember[];
}

/** A member that gets another path: the content itself, or a hard link to `link`. */
export interface RetitledMember extends Range {
  readonly path: string;
  readonly link?: string;
}

export interface RestorePlan {
  readonly levels: readonly PlannedLevel[];
  readonly totals: PlanTotals;
  /** What the backup itself could not store as asked. */
  readonly notices: readonly Notice[];
  /** Wanted, but called unchanged by the newest level and stored in none. */
  readonly holes: readonly string[];
  /** Wanted, but in a damaged part of a stream. */
  readonly lost: readonly LiveEntry[];
}

export interface PlanTotals {
  readonly entries: number;
  readonly files: number;
  readonly directories: number;
  readonly bytes: number;
  /** Bytes of the streams that are handed to the engine. */
  readonly streamBytes: number;
  /** Left as they are, since `accept` said so. */
  readonly kept: number;
}

/** Parts of the levels' streams that cannot be read. */
export type DamagedRanges = ReadonlyMap<BackupReader, RangeList>;

/** Everything that is to be read of a level, rising. */
export function rangesOf(level: PlannedLevel): Range[] {
  const all = [...level.members, ...level.links, ...level.retitled].sort((a, b) => a.start - b.start);
  return all.filter((range, i) => i === 0 || range.start >= (all[i - 1]?.end ?? 0));
}

export interface PlanOptions {
  readonly wanted?: Wanted | undefined;
  /** Asked for each entry in turn; what is not accepted stays as it is. */
  readonly accept?: ((live: LiveEntry) => Promise<boolean>) | undefined;
  /** Told of each entry that is accepted; of a hard link it is not yet known then whether it can be restored. */
  readonly onAccepted?: ((live: LiveEntry) => void) | undefined;
  /** Entries that touch these are left out and named in `lost`. */
  readonly damaged?: DamagedRanges | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decides which bytes of which level make the tree of a restore point. Touches nothing and reads no data, so that it
 * can be shown (a dry run), checked and refused. Memory held: the ranges; neighbouring members are one range.
 */
export async function planRestore(chain: Chain, options: PlanOptions = {}): Promise<RestorePlan> {
  const tree = new LiveTree(chain);
  const draft = new PlanDraft(options.damaged ?? new Map());
  for await (const batch of tree.batches(options.wanted ?? everything, options.signal)) {
    for (const live of batch) {
      if (options.accept && !(await options.accept(live))) {
        draft.kept += 1;
        continue;
      }
      draft.add(live);
      options.onAccepted?.(live);
    }
  }
  await draft.settleLinks(options.signal);
  return draft.plan(tree.notices, tree.holes);
}

interface DraftLevel {
  readonly members: RangeList;
  readonly waiting: Entry[];
  readonly links: RangeList;
  readonly retitled: RetitledMember[];
}

class PlanDraft {
  kept = 0;
  readonly #damaged: DamagedRanges;
  readonly #levels = new Map<BackupReader, DraftLevel>();
  readonly #lost: LiveEntry[] = [];
  readonly #holes: string[] = [];
  readonly #count = { entries: 0, files: 0, directories: 0, bytes: 0, streamBytes: 0 };

  constructor(damaged: DamagedRanges) {
    this.#damaged = damaged;
  }

  add({ entry, reader }: LiveEntry): void {
    if (this.#isDamaged(reader, entry)) {
      this.#lost.push({ entry, reader });
      return;
    }
    const level = this.#levels.get(reader) ?? {
      members: new RangeList(),
      waiting: [],
      links: new RangeList(),
      retitled: [],
    };
    this.#levels.set(reader, level);
    if (entry.type === 'hardlink') level.waiting.push(entry);
    else this.#include(level.members, entry);
  }

  /** A hard link needs what it points to: the member itself when that is restored too, otherwise its content. */
  async settleLinks(signal?: AbortSignal): Promise<void> {
    for (const [reader, level] of this.#levels) {
      if (level.waiting.length > 0) await this.#settle(reader, level, signal);
    }
  }

  plan(notices: readonly Notice[], holes: readonly string[]): RestorePlan {
    return {
      levels: [...this.#levels].map(([reader, { members, links, retitled }]) => ({
        reader,
        members,
        links,
        retitled,
      })),
      totals: { ...this.#count, kept: this.kept },
      notices,
      holes: [...holes, ...this.#holes],
      lost: this.#lost,
    };
  }

  async #settle(reader: BackupReader, level: DraftLevel, signal?: AbortSignal): Promise<void> {
    const byTarget = Map.groupBy(level.waiting, (link) => link.link ?? '');
    const asTheyStand: Entry[] = [];
    const targets = membersWith((path) => byTarget.has(path), { directories: false });
    for await (const lines of lineBatches(reader.catalogue(signal), targets)) {
      for (const line of lines) {
        if (line.kind !== 'entry' || line.entry.type === 'hardlink') continue;
        const links = byTarget.get(line.entry.path);
        if (!links) continue;
        byTarget.delete(line.entry.path);
        if (level.members.touches(line.entry.at, line.entry.at + line.entry.span)) asTheyStand.push(...links);
        else if (this.#isDamaged(reader, line.entry))
          this.#lost.push(...links.map((entry) => ({ entry, reader })));
        else this.#retitle(level, links, line.entry);
      }
      if (byTarget.size === 0) break;
    }
    for (const link of asTheyStand.sort((a, b) => a.at - b.at)) this.#include(level.links, link);
    for (const links of byTarget.values()) this.#holes.push(...links.map((link) => link.path));
  }

  /** The first link becomes the file, the others link to it: one inode, as it was. */
  #retitle(level: DraftLevel, links: readonly Entry[], target: Entry): void {
    const [first, ...others] = links;
    if (!first) return;
    level.retitled.push({ start: target.at, end: target.at + target.span, path: first.path });
    this.#counted(target);
    for (const other of others) {
      const { at, span, path } = other;
      level.retitled.push({ start: at, end: at + span, path, link: first.path });
      this.#counted(other);
    }
  }

  #include(ranges: RangeList, entry: Entry): void {
    ranges.add(entry.at, entry.at + entry.span);
    this.#counted(entry);
  }

  #counted(entry: Entry): void {
    this.#count.entries += 1;
    if (entry.type === 'directory') this.#count.directories += 1;
    if (entry.type === 'file') this.#count.files += 1;
    this.#count.bytes += entry.size;
    this.#count.streamBytes += entry.span;
  }

  #isDamaged(reader: BackupReader, entry: Entry): boolean {
    return this.#damaged.get(reader)?.touches(entry.at, entry.at + entry.span) ?? false;
  }
}
