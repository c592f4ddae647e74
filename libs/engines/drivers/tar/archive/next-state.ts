import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { bytesOf, textOf } from '#kernel';
import type { Trouble } from './archive-troubles.js';
import { below, parentOf, relativePath } from '../stream/member-path.js';
import { DirectoryDigests, PathSum } from '../scan/path-digest.js';
import type { SeenMembers } from './seen-members.js';
import {
  rewriteSnapshot,
  SnapshotReader,
  type SnapshotDirectory,
  type SnapshotVisitor,
} from '../state/snapshot-file.js';

export interface NextStateOptions {
  /** Tar's own snapshot file, as it is after the run. */
  readonly written: string;
  /** Where the state for the next increment goes. */
  readonly to: string;
  readonly troubles: readonly Trouble[];
  readonly seen: SeenMembers;
  readonly hasBase: boolean;
  /** Whether a path is left out, its bytes as Latin 1 and `./` before it; `undefined` when nothing is. */
  readonly isExcluded: ((path: string) => boolean) | undefined;
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
 * Names are looked at as bytes; only those are made text that may have to go. Memory held: a few buffers, and 20 MB if
 * something is missing.
 */
export async function writeNextState(options: NextStateOptions): Promise<NextState> {
  const pass = new StatePass(options, new Set());
  await pass.copy();
  if (options.seen.matches(pass.expected)) return { unexplained: [], directories: pass.directories };
  const unexplained: string[] = [];
  for await (const path of options.seen.missing(() => expectedPaths(options))) unexplained.push(path);
  if (unexplained.length > 0) await new StatePass(options, new Set(unexplained)).copy();
  return { unexplained, directories: pass.directories };
}

function reading(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: AT_ONCE });
}

async function* expectedPaths(options: NextStateOptions): AsyncGenerator<string> {
  let paths: string[] = [];
  const reader = new SnapshotReader(new StatePass(options, new Set(), (path) => paths.push(path)));
  for await (const piece of reading(options.written)) {
    reader.push(piece);
    yield* paths;
    paths = [];
  }
}

const AT_ONCE = 1 << 20;
const [UNCHANGED, DIRECTORY] = [0x4e, 0x44];

/** One way through the snapshot file. */
class StatePass implements SnapshotVisitor {
  /** Over the paths that should have members. */
  readonly expected = new PathSum();
  readonly directories = new Set<string>();
  readonly #effects: ReadonlyMap<string, Trouble['effect']>;
  /** Where names may have to go; elsewhere nothing needs a look. */
  readonly #troubled: ReadonlySet<string>;
  #directory = '.';
  #isTroubled = false;
  #digests = new DirectoryDigests('.');
  /** Path of the directory as patterns see it: Latin 1, with a slash at the end. */
  #prefix = './';

  constructor(
    private readonly options: NextStateOptions,
    private readonly unexplained: ReadonlySet<string>,
    private readonly onExpected?: (path: string) => void,
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
      await rewriteSnapshot(reading(this.options.written), file, this);
    } finally {
      await file.close();
    }
  }

  /** What is below a missing directory is missing with it; tar's word for the directory is enough. */
  directory({ name }: SnapshotDirectory): boolean {
    const directory = relativePath(textOf(name));
    this.#directory = directory;
    this.#digests = new DirectoryDigests(directory);
    if (this.options.isExcluded)
      this.#prefix = directory === '.' ? './' : `./${bytesOf(directory).toString('latin1')}/`;
    if (this.#effects.size === 0) return true;
    this.#isTroubled = this.#troubled.has(directory);
    if (this.#effects.has(directory)) this.directories.add(directory);
    return !this.#isMissing(directory);
  }

  name(bytes: Buffer, start: number, end: number): boolean {
    const code = bytes[start];
    const effect = this.#isTroubled ? this.#effects.get(this.#path(bytes, start, end)) : undefined;
    if (code === UNCHANGED) {
      const { hasBase, isExcluded } = this.options;
      if (!hasBase || effect !== undefined) return false;
      return !isExcluded?.(this.#prefix + bytes.toString('latin1', start + 1, end));
    }
    this.#expect(bytes, start, end, effect);
    // Whether a directory is known is told by a record of its own.
    return code === DIRECTORY || effect === undefined;
  }

  #expect(bytes: Buffer, start: number, end: number, effect: Trouble['effect'] | undefined): void {
    const isMissing = effect === 'missing' && !this.unexplained.has(this.#path(bytes, start, end));
    if (isMissing) return;
    this.expected.add(this.#digests.of(bytes, start + 1, end));
    this.onExpected?.(this.#path(bytes, start, end));
  }

  #path(bytes: Buffer, start: number, end: number): string {
    return below(this.#directory, textOf(bytes.subarray(start + 1, end)));
  }

  #isMissing(directory: string): boolean {
    for (let path: string | undefined = directory; path !== undefined; path = parentOf(path)) {
      if (this.#effects.get(path) === 'missing') return true;
    }
    return false;
  }
}
