import { Readable } from 'node:stream';
import { Failure, invariant, isFailure } from '#kernel';
import type { CommandExit, RunningCommand } from '#host';
import type { ArchivePart, PartBuffers } from '../../archive-engine.js';
import { troubleIn, type Trouble } from './archive-troubles.js';
import { BulkBlocks } from './bulk-blocks.js';
import { renamedWhileRead } from './dumpdir.js';
import { assertEndMark, MemberScanner, type ScanOptions } from './member-scanner.js';
import type { SeenMembers } from './seen-members.js';
import { unreadableRoot } from './source-root.js';
import { LastWords, tarMessages } from './tar-messages.js';

export interface RunOptions {
  readonly command: RunningCommand;
  /** What its messages begin with. */
  readonly program: string;
  readonly root: string;
  readonly seen: SeenMembers;
  readonly signal: AbortSignal;
  readonly buffers: PartBuffers;
  readonly digest: ScanOptions['digest'];
}

/**
 * The parts of a running `tar --create`, then what troubled it.
 *
 * Nothing is given on before the listing of the root is known, which would say if directories had been renamed: then
 * `source.unstable`, and the run can be repeated. Rejects with `engine.failed` when tar gives up. Tar has ended when this
 * has. Memory held: a few buffers, and the listing of the root.
 */
export async function* archiveRun(options: RunOptions): AsyncGenerator<ArchivePart, readonly Trouble[]> {
  const { command, signal } = options;
  invariant(command.output, 'tar writes in bulk');
  const blocks = new BulkBlocks(command.output, options.buffers);
  const said = listen(options);
  try {
    yield* members(options, blocks);
    const exit = await command.exit;
    signal.throwIfAborted();
    const { troubles, unknown } = await said;
    assertDone(exit, troubles, unknown);
    return troubles;
  } catch (error) {
    throw await explained(error, options, blocks, said);
  } finally {
    await command.stop();
    await said;
  }
}

async function* members({ root, seen, digest }: RunOptions, output: BulkBlocks): AsyncGenerator<ArchivePart> {
  const scanner = new MemberScanner({
    digest,
    onMember: ({ renames }) => {
      if (renames) throw renamedWhileRead(root);
    },
  });
  let held: ArchivePart[] | undefined = [];
  for await (const blocks of output.all()) {
    const part = scanner.push(blocks);
    for (const { path } of part.entries) if (path !== '.') seen.add(path);
    await seen.flush();
    held?.push(part);
    if (held && part.entries.length === 0) continue;
    yield* held ?? [part];
    held = undefined;
  }
  scanner.finish();
  assertEndMark(scanner);
}

interface Said {
  readonly troubles: readonly Trouble[];
  /** What nobody can make sense of. */
  readonly unknown: LastWords;
  /** Whether tar may not read the source itself. */
  readonly isRootClosed: boolean;
}

async function listen({ command, program, root }: RunOptions): Promise<Said> {
  const troubles: Trouble[] = [];
  const unknown = new LastWords();
  let isRootClosed = false;
  try {
    for await (const message of tarMessages(command.stderr ?? Readable.from([]), program)) {
      isRootClosed ||= message.path === root && message.text === 'Cannot open: Permission denied';
      const trouble = troubleIn(message);
      if (trouble === 'unknown') unknown.add(message);
      else if (trouble !== 'idle') troubles.push(trouble);
    }
  } catch {
    // Stopping a command destroys its pipes; whoever stops it knows why.
  }
  return { troubles, unknown, isRootClosed };
}

/** Tar ends with 0, with 1 when something changed, and with 2 when there was something it could not store. */
function assertDone(exit: CommandExit, troubles: readonly Trouble[], unknown: LastWords): void {
  if (exit.code === 0 || exit.code === 1) return;
  const isExplained = troubles.some(({ harmless }) => !harmless) && unknown.isEmpty;
  if (exit.code !== 2 || !isExplained) throw tarFailed(exit, unknown);
}

export function tarFailed({ code, signal }: CommandExit, words: LastWords): Failure {
  const end = signal === undefined ? `ended with code ${code}` : `was ended by ${signal}`;
  const message = words.isEmpty ? `tar ${end}` : `tar ${end}: ${words.toString()}`;
  return new Failure('engine.failed', message, { code, signal });
}

/** When the stream breaks off because tar died, why tar died is what matters. */
async function explained(
  error: unknown,
  { command, root, signal }: RunOptions,
  blocks: BulkBlocks,
  said: Promise<Said>,
): Promise<unknown> {
  signal.throwIfAborted();
  if (!isFailure(error, 'engine.stream-malformed', 'engine.failed') || !blocks.hasEnded) return error;
  const exit = await command.exit;
  const { unknown, isRootClosed } = await said;
  if (isRootClosed) return unreadableRoot(root);
  return exit.code === 0 ? error : tarFailed(exit, unknown);
}
