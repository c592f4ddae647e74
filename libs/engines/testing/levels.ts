import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import assert from 'node:assert/strict';
import type { Entry, Listed, Notice } from '#domain';
import type { ArchiveEngine, EngineState, Extracted, Source } from '../archive-engine.js';

/** One archive, all of it in memory. */
export interface Level {
  readonly bytes: Buffer;
  readonly entries: readonly Entry[];
  readonly state: EngineState;
  readonly notices: readonly Notice[];
}

/** A member of one of the levels, and the path it is wanted under. */
export interface Selection {
  readonly level: number;
  readonly entry: Entry;
  readonly as: string;
}

const NEVER = new AbortController().signal;

export function wholeSource(root: string, more: Partial<Source> = {}): Source {
  return { root, excludes: [], excludeFiles: [], oneFileSystem: false, dereference: 'none', ...more };
}

/** Archives a source to the end. */
export async function archived(
  engine: ArchiveEngine,
  source: Source,
  base?: EngineState,
  signal = NEVER,
): Promise<Level> {
  const archive = engine.archive(source, base, signal);
  try {
    const pieces: Buffer[] = [];
    const entries: Entry[] = [];
    for await (const part of archive.parts) {
      pieces.push(Buffer.from(part.bytes));
      entries.push(...part.entries);
    }
    const { state, notices } = await archive.outcome();
    const stateBytes = await buffer(state.open());
    return {
      bytes: Buffer.concat(pieces),
      entries,
      state: { open: () => Readable.from([stateBytes]) },
      notices,
    };
  } finally {
    await archive.close();
  }
}

/**
 * What was there at the last of the levels, as their listings tell: a name that is unchanged (`N`) comes from the level
 * before, if that knew it as a file. Hard links whose other name lives no more get its member under their own path.
 */
export function selected(levels: readonly Level[]): Selection[] {
  const byPath = levels.map(({ entries }) => new Map(entries.map((entry) => [entry.path, entry])));
  const found: Selection[] = [];
  const newest = levels.length - 1;

  const enter = (path: string): void => {
    const directory = byPath[newest]?.get(path);
    assert.ok(directory?.listing, `the directory ${path} is not in level ${newest}`);
    found.push({ level: newest, entry: directory, as: path });
    for (const listed of directory.listing) {
      const child = path === '.' ? listed.slice(1) : `${path}/${listed.slice(1)}`;
      if (listed.startsWith('D')) enter(child);
      else take(path, child, listed);
    }
  };
  const take = (directory: string, path: string, listed: Listed): void => {
    let level = newest;
    let code: string | undefined = listed.charAt(0);
    while (code === 'N' && level > 0) {
      level -= 1;
      const listing = byPath[level]?.get(directory)?.listing;
      code = listing?.find((older) => older.slice(1) === listed.slice(1))?.charAt(0);
    }
    const entry = code === 'Y' ? byPath[level]?.get(path) : undefined;
    if (entry) found.push({ level, entry, as: path });
  };
  enter('.');

  const chosen = new Set(found.map(({ level, as }) => `${level}:${as}`));
  return found
    .map((selection): Selection => {
      const { level, entry, as } = selection;
      if (entry.type !== 'hardlink' || chosen.has(`${level}:${entry.link}`)) return selection;
      const target = byPath[level]?.get(entry.link ?? '');
      assert.ok(target, `${as} is a link to ${entry.link}, which is not in its stream`);
      return { level, entry: target, as };
    })
    .sort((a, b) => a.level - b.level || a.entry.at - b.entry.at);
}

/** The selected members one after the other. */
export async function* streamOf(
  engine: ArchiveEngine,
  levels: readonly Level[],
  selection: readonly Selection[],
): AsyncGenerator<Uint8Array> {
  for (const { level, entry, as } of selection) {
    const member = levels[level]?.bytes.subarray(entry.at, entry.at + entry.span) ?? Buffer.alloc(0);
    if (as === entry.path) yield member;
    else yield* engine.retitle(Readable.from([member]), as);
  }
}

/** Extracts the tree as it was at the last of the levels. */
export function extracted(engine: ArchiveEngine, levels: readonly Level[], root: string): Promise<Extracted> {
  return engine.extract(streamOf(engine, levels, selected(levels)), { root }, NEVER);
}
