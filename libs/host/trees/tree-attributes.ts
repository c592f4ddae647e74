import { Failure } from '#kernel';
import { joined } from './byte-path.js';
import type { CommandRunner, RunningCommand } from '../commands/command-runner.js';
import { findProgram } from '../commands/find-program.js';
import { treePaths } from './tree-pairs.js';

/** The extended attributes of one entry, POSIX ACLs among them: `user.x=0x01`, in order. */
export interface EntryAttributes {
  /** Relative to the root of the tree. */
  readonly path: Buffer;
  readonly attributes: readonly string[];
}

const BATCH_BYTES = 64 << 10;

/** Whether this machine has the programs that {@link treeAttributes} runs. */
export function attributesCanBeRead(): boolean {
  return ['xargs', 'getfattr'].every((program) => findProgram(program) !== undefined);
}

/**
 * Every entry of a tree that has extended attributes, in walk order. With `strict`, an attribute that cannot be read
 * rejects with `command.failed`; otherwise it is left out. Memory held: what is in the pipes.
 */
export async function* treeAttributes(
  root: Buffer,
  commands: CommandRunner,
  strict: boolean,
  signal?: AbortSignal,
): AsyncGenerator<EntryAttributes> {
  // Paths go through xargs because arguments of Node are text, and names need not be.
  const args = ['-0', 'getfattr', '-d', '-h', '-m', '-', '-e', 'hex', '--absolute-names'];
  const pipes = { stdin: 'pipe', stdout: 'pipe', stderr: 'ignore', group: true } as const;
  const command = await commands.start({ program: 'xargs', args, ...pipes }, signal);
  try {
    const fed = feed(command, root);
    // It is awaited below; a failure before that is no stray one.
    fed.catch(() => undefined);
    for await (const lines of paragraphs(command)) yield entryOf(lines, root);
    await fed;
    const { code } = await command.exit;
    signal?.throwIfAborted();
    if (strict && code !== 0)
      throw new Failure('command.failed', `getfattr ended with code ${code ?? 'none'}`, { code });
  } catch (error) {
    // A command that is stopped breaks its pipes; why it was stopped is what matters.
    signal?.throwIfAborted();
    throw error;
  } finally {
    await command.stop();
  }
}

async function feed({ stdin }: RunningCommand, root: Buffer): Promise<void> {
  if (!stdin) return;
  const closed = new Promise<void>((resolve) => stdin.once('close', resolve));
  let batch: Buffer[] = [];
  let length = 0;
  const flush = async () => {
    const room = stdin.write(Buffer.concat(batch, length));
    [batch, length] = [[], 0];
    // Whoever has ended will not ask for more.
    if (!room) await Promise.race([closed, new Promise((resolve) => stdin.once('drain', resolve))]);
  };
  for (const path of treePaths(root)) {
    if (stdin.destroyed) return;
    const line = Buffer.concat([joined(root, path), Buffer.of(0)]);
    batch.push(line);
    length += line.length;
    if (length >= BATCH_BYTES) await flush();
  }
  await flush();
  stdin.end();
}

/** Lines up to each empty line, as Latin 1: one character is one byte. */
async function* paragraphs({ stdout }: RunningCommand): AsyncGenerator<readonly string[]> {
  let rest = '';
  let lines: string[] = [];
  for await (const piece of (stdout ?? []) as AsyncIterable<Buffer>) {
    const complete = (rest + piece.toString('latin1')).split('\n');
    rest = complete.pop() ?? '';
    for (const line of complete) {
      if (line !== '') lines.push(line);
      else if (lines.length > 0) {
        yield lines;
        lines = [];
      }
    }
  }
}

function entryOf([head = '', ...attributes]: readonly string[], root: Buffer): EntryAttributes {
  const path = Buffer.from(unescaped(head.replace(/^# file: /, '')), 'latin1');
  const below = path.subarray(root.length);
  return { path: below[0] === 0x2f ? below.subarray(1) : below, attributes: attributes.sort() };
}

/** Newlines, carriage returns and backslashes stand as three octal digits. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
