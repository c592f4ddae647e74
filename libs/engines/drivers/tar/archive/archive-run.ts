import { Readable } from 'node:stream';
import { Failure, invariant, isFailure } from '#kernel';
import type { CommandExit, RunningCommand } from '#host';
import type { ArchivePart, PartBuffers } from '../../../archive-engine.js';
import { troubleIn, type Trouble } from './archive-troubles.js';
import type { LinkLog } from './link-log.js';
import type { ScanOptions } from '../stream/member-scanner.js';
import { archivePart, type ScannedParts } from '../scan/scanned-part.js';
import { scannedParts } from '../scan/scanned-parts.js';
import type { SeenMembers } from './seen-members.js';
import { unreadableRoot } from './source-root.js';
import { LastWords, tarMessages } from '../program/tar-messages.js';

export interface RunOptions {
  readonly command: RunningCommand;
  /** What its messages begin with. */
  readonly program: string;
  readonly root: string;
  readonly seen: SeenMembers;
  readonly links: LinkLog;
  readonly signal: AbortSignal;
  readonly buffers: PartBuffers;
  readonly digest: ScanOptions['digest'];
  /** Another script for the thread that scans; for tests. */
  readonly script?: URL;
}

/**
 * The parts of a running `tar --create`, then what troubled it.
 *
 * Nothing is given on before the listing of the root is known, which would say if directories had been renamed: then
 * `source.unstable`, and the run can be repeated. Rejects with `engine.failed` when tar gives up. Tar has ended when this
 * has. Memory held: a few buffers, and the listing of the root.
 */
export async function* archiveRun(options: RunOptions): AsyncGenerator<ArchivePart, readonly Trouble[]> {
  const { command, signal, buffers, script } = options;
  invariant(command.output, 'tar writes in bulk');
  const scanned = scannedParts(command.output, options, buffers, script);
  const said = listen(options);
  try {
    yield* members(options, scanned);
    const exit = await command.exit;
    signal.throwIfAborted();
    const { troubles, unknown } = await said;
    assertDone(exit, troubles, unknown);
    return troubles;
  } catch (error) {
    throw await explained(error, options, scanned, said);
  } finally {
    await command.stop();
    await scanned.close();
    await said;
  }
}

async function* members({ seen, links }: RunOptions, scanned: ScannedParts): AsyncGenerator<ArchivePart> {
  let held: ArchivePart[] | undefined = [];
  for await (const each of scanned.all()) {
    seen.addAll(each.digests);
    await seen.flush();
    links.add(each.links);
    const part = archivePart(each);
    held?.push(part);
    if (held && each.lines.totals.entries === 0) continue;
    yield* held ?? [part];
    held = undefined;
  }
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
  scanned: ScannedParts,
  said: Promise<Said>,
): Promise<unknown> {
  signal.throwIfAborted();
  if (!isFailure(error, 'engine.stream-malformed', 'engine.failed') || !scanned.hasEnded) return error;
  const exit = await command.exit;
  const { unknown, isRootClosed } = await said;
  if (isRootClosed) return unreadableRoot(root);
  return exit.code === 0 ? error : tarFailed(exit, unknown);
}
