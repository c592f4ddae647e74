import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { textOf } from '#kernel';
import type { Trouble } from './archive-troubles.js';
import { below, parentOf, relativePath } from './member-path.js';
import { digestOf, PathSum, type SeenMembers } from './seen-members.js';
import { readSnapshot, rewriteSnapshot, type SnapshotPiece } from './snapshot-file.js';

export interface NextStateOptions {
  /** Tar's own snapshot file, as it is after the run. */
  readonly written: string;
  /** Where the state for the next increment goes. */
  readonly to: string;
  readonly troubles: readonly Trouble[];
  readonly seen: SeenMembers;
  readonly hasBase: boolean;
  readonly isExcluded: (path: string) => boolean;
}

export interface NextState {
  /** Paths that should be in the stream and are not, without tar having said so. */
  readonly unexplained: readonly string[];
  /** Directories of the source among the troubles. */
  readonly directories: ReadonlySet<string>;
}

/**
 * Writes the state for the next increment: tar's snapshot file without what is not safely in the stream. Of what is not in
 * it tar knows nothing, so the next increment stores it, or says again that it cannot. Left out are
 *
 * - what troubled tar: names of files, and directories with all below them,
 * - what was expected in the stream and is not: the listings are compared with the members seen,
 * - what tar lists as unchanged though no earlier stream has it: everything such without a base, and what is excluded.
 *
 * Memory held: one buffer, and 20 MB if something is missing.
 */
export async function writeNextState(options: NextStateOptions): Promise<NextState> {
  const pass = new StatePass(options, new Set());
  await pass.copy();
  if (options.seen.matches(pass.expected)) return { unexplained: [], directories: pass.directories };
  const unexplained: string[] = [];
  for await (const path of options.seen.missing(() => new StatePass(options, new Set()).expectedPaths())) {
    unexplained.push(path);
  }
  if (unexplained.length > 0) await new StatePass(options, new Set(unexplained)).copy();
  return { unexplained, directories: pass.directories };
}

/** One way through the snapshot file. */
class StatePass {
  /** Over the paths that should have members. */
  readonly expected = new PathSum();
  readonly directories = new Set<string>();
  readonly #effects: ReadonlyMap<string, Trouble['effect']>;
  /** Where names may have to go; elsewhere nothing needs a look. */
  readonly #troubled: ReadonlySet<string>;
  #directory = '.';
  #isKept = true;

  constructor(
    private readonly options: NextStateOptions,
    private readonly unexplained: ReadonlySet<string>,
  ) {
    const effects = new Map<string, Trouble['effect']>(
      options.troubles.map(({ path, effect }) => [path, effect]),
    );
    for (const path of unexplained) effects.set(path, 'missing');
    this.#effects = effects;
    this.#troubled = new Set([...effects.keys()].map((path) => parentOf(path) ?? '.'));
  }

  async copy(): Promise<void> {
    const file = await open(this.options.to, 'w', 0o600);
    try {
      await rewriteSnapshot(createReadStream(this.options.written), file, (group) =>
        group.filter((piece) => this.#keeps(piece)),
      );
    } finally {
      await file.close();
    }
  }

  async *expectedPaths(): AsyncGenerator<string> {
    for await (const group of readSnapshot(createReadStream(this.options.written))) {
      for (const piece of group) {
        if (piece.kind === 'directory') this.#enter(relativePath(textOf(piece.name)));
        const path = this.#expectedPath(piece);
        if (path !== undefined) yield path;
      }
    }
  }

  #keeps(piece: SnapshotPiece): boolean {
    if (piece.kind === 'head') return true;
    if (piece.kind === 'directory') this.#enter(relativePath(textOf(piece.name)));
    const expected = this.#expectedPath(piece);
    if (expected !== undefined) this.expected.add(digestOf(expected));
    return this.#isKept && (piece.kind !== 'name' || this.#keepsName(textOf(piece.listed)));
  }

  #enter(directory: string): void {
    this.#directory = directory;
    if (this.#effects.size === 0) return;
    if (this.#effects.has(directory)) this.directories.add(directory);
    this.#isKept = !this.#isMissing(directory);
  }

  #isMissing(directory: string): boolean {
    for (let path: string | undefined = directory; path !== undefined; path = parentOf(path)) {
      if (this.#effects.get(path) === 'missing') return true;
    }
    return false;
  }

  #keepsName(listed: string): boolean {
    const code = listed.charAt(0);
    // Whether a directory is known is told by a record of its own.
    if (code === 'D') return true;
    if (code === 'N' && !this.options.hasBase) return false;
    const path = below(this.#directory, listed.slice(1));
    if (this.#troubled.has(this.#directory) && this.#effects.has(path)) return false;
    return code !== 'N' || !this.options.isExcluded(path);
  }

  /** What is below a missing directory is missing with it; tar's word for the directory is enough. */
  #expectedPath(piece: SnapshotPiece): string | undefined {
    if (piece.kind !== 'name' || !this.#isKept) return undefined;
    const listed = textOf(piece.listed);
    if (listed.startsWith('N')) return undefined;
    const path = below(this.#directory, listed.slice(1));
    const isMissing = this.#troubled.has(this.#directory) && this.#effects.get(path) === 'missing';
    return isMissing && !this.unexplained.has(path) ? undefined : path;
  }
}
