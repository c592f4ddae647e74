import { availableParallelism } from 'node:os';
import type { Extracted, ExtractProblem, Target } from '../../../archive-engine.js';
import { alignedBlocks } from '../stream/aligned-blocks.js';
import { Extractor } from './extractor.js';
import { Extractors } from './extractors.js';
import { LateMembers } from './late-members.js';
import { LentBuffers } from './lent-buffers.js';
import { MemberCuts, type BegunMember, type Place } from './member-cuts.js';
import { MemberScanner } from '../stream/member-scanner.js';
import { SafePlaces } from './safe-places.js';
import { padded } from '../stream/tar-header.js';
import type { TarProgram } from '../program/tar-program.js';

/** To make a large pipe takes two programs: for less than this that is longer than it saves. */
const MUCH_BYTES = 64 << 20;

/** More of them only wait for each other's directories. */
const MOST_WRITERS = 4;

export interface ExtractOrder {
  readonly tar: TarProgram;
  readonly target: Target;
  /** An existing directory. */
  readonly temporaryDirectory: string;
}

/**
 * Extracts members with several tars; see the port. Batches of members are dealt out to them; hard links and
 * directories, which were made before, follow when all else is there.
 * Memory held: a few buffers for each tar, 1 MiB of late members, a record for each problem.
 */
export async function extractMembers(
  { tar, target, temporaryDirectory }: ExtractOrder,
  members: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Extracted> {
  const { root, writers = Math.min(availableParallelism(), MOST_WRITERS) } = target;
  const several = (most: number, bytes = 0) => {
    const stdin = bytes < MUCH_BYTES ? 'pipe' : 'bulk';
    return Extractors.begin(root, most, (onChange) => Extractor.start(tar, root, signal, onChange, stdin));
  };
  await using late = new LateMembers(temporaryDirectory);
  try {
    const problems = await extracted(await several(writers, target.bytes), (tars) =>
      deal(members, target, tars, late),
    );
    // A tar that was there before would give a directory its time, and only then put symlinks into it.
    const lateProblems = late.isEmpty
      ? []
      : await extracted(await several(1), async (last) => {
          for await (const bytes of untilEnded(late.all(), last)) await last.write(bytes);
        });
    return { problems: inOrder([...problems, ...lateProblems]) };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** What tars have made of all that `write` has given them. None of them is left running. */
async function extracted(
  tars: Extractors,
  write: (tars: Extractors) => Promise<void>,
): Promise<readonly ExtractProblem[]> {
  try {
    await write(tars);
    return await tars.finish();
  } finally {
    await tars.stop();
  }
}

/** Looks at each member before a tar gets to see it: its name, and that the way to it leads through no symlink. */
async function deal(
  members: AsyncIterable<Uint8Array>,
  target: Target,
  tars: Extractors,
  late: LateMembers,
): Promise<void> {
  const places = new SafePlaces(target.root);
  const begun: BegunMember[] = [];
  const scanner = new MemberScanner({
    digest: 'none',
    onMember: ({ entry, stored }, contentAt) => {
      places.prepare(entry);
      begun.push({ entry, end: contentAt + padded(stored) });
    },
  });
  const cuts = new MemberCuts();
  let batch: Place = 0;
  let bytes = 0;
  const lent = new LentBuffers();
  for await (const blocks of untilEnded(alignedBlocks(lent.of(members)), tars)) {
    const part = scanner.push(blocks);
    if (part.bytes.length === 0) continue;
    for (const cut of cuts.of(part.bytes, begun.splice(0))) {
      if (cut.goes === 'late') {
        await late.add(cut.bytes);
        continue;
      }
      if (cut.goes !== batch) await tars.turn();
      batch = cut.goes;
      lent.writing((await tars.write(cut.bytes)).taken);
    }
    bytes += part.bytes.length;
    target.onProgress?.(bytes);
  }
  scanner.finish();
}

/** Rejects, and reads no more, when one of the tars has ended. */
async function* untilEnded<T>(source: AsyncIterable<T>, tars: Extractors): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      const next = await tars.or(items.next());
      if (tars.hasEnded || next === undefined) throw await tars.failure();
      if (next.done) break;
      yield next.value;
    }
    isOver = true;
  } finally {
    // Not awaited: a source that waits for its storage would keep us although nobody wants its bytes any more.
    if (!isOver) void items.return?.()?.catch(() => undefined);
  }
}

/** By path: which of the tars was first is chance. */
function inOrder(problems: readonly ExtractProblem[]): readonly ExtractProblem[] {
  return [...problems].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
