import type { Readable } from 'node:stream';
import { Failure, isFailure, printable } from '#kernel';
import type { CommandExit, RunningCommand } from '#host';
import { alignedBlocks } from '../stream/aligned-blocks.js';
import { tarFailed } from '../archive/archive-run.js';
import { endMark } from '../stream/end-mark.js';
import { feed } from '../program/fed-command.js';
import { MemberScanner } from '../stream/member-scanner.js';
import { LastWords, tarMessages } from '../program/tar-messages.js';
import type { TarProgram } from '../program/tar-program.js';

const ARGUMENTS = ['--extract', '--to-stdout', '--file=-', '--quoting-style=c', '--warning=no-timestamp'];

/**
 * What the file of one member holds, holes as zeros. Rejects with `backup.not-a-file` when the member is something else.
 * Memory held: a few buffers.
 */
export async function* memberContent(
  tar: TarProgram,
  member: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const program = await tar.path();
  const command = await tar.start(ARGUMENTS, { stdin: 'pipe', stdout: 'pipe' }, signal);
  const words = listen(command, program);
  const fed = feedFile(command, member);
  try {
    yield* command.stdout as AsyncIterable<Buffer>;
    const broken = await fed;
    if (broken !== undefined) throw broken;
    assertEnded(await command.exit, await words);
  } catch (error) {
    signal.throwIfAborted();
    // A source that breaks off breaks the pipe too, but is the cause of it.
    throw isFailure(error) ? error : ((await fed) ?? error);
  } finally {
    await command.stop();
    await words;
  }
}

/** Resolves with what went wrong: it is told when the content that came before has been read. */
async function feedFile(
  command: RunningCommand,
  member: AsyncIterable<Uint8Array>,
): Promise<Error | undefined> {
  try {
    await feed(command, file(member));
    return undefined;
  } catch (error) {
    await command.stop();
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function* file(member: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let bytes = 0;
  const scanner = new MemberScanner({
    digest: 'none',
    onMember: ({ entry }) => {
      if (entry.type === 'file') return;
      const message = `"${printable(entry.path)}" is not a file but a ${entry.type}`;
      throw new Failure('backup.not-a-file', message, { path: entry.path, type: entry.type });
    },
  });
  for await (const blocks of alignedBlocks(member)) {
    const part = scanner.push(blocks);
    bytes += part.bytes.length;
    if (part.bytes.length > 0) yield part.bytes;
  }
  scanner.finish();
  yield endMark(bytes);
}

async function listen(command: RunningCommand, program: string): Promise<LastWords> {
  const words = new LastWords();
  try {
    for await (const message of tarMessages(command.stderr as Readable, program)) words.add(message);
  } catch {
    // Stopping a command destroys its pipes; whoever stops it knows why.
  }
  return words;
}

function assertEnded(exit: CommandExit, words: LastWords): void {
  if (exit.code !== 0) throw tarFailed(exit, words);
}
