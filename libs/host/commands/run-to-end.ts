import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { deadline, Failure, textOf } from '#kernel';
import type { CommandExit, CommandRunner, CommandSpec, RunningCommand } from './command-runner.js';

/** A command whose pipes are seen to by {@link runToEnd}. */
export type CommandCall = Omit<CommandSpec, 'stdin' | 'stdout' | 'stderr'>;

export interface RunOptions {
  /** Written to the command's input, which is empty without it. */
  readonly input?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Most bytes of output to keep, 1 MiB by default; a command that prints more is stopped and fails. */
  readonly maxOutputBytes?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  readonly exit: CommandExit;
  readonly stdout: Buffer;
  /** The last 64 KiB of what it said, as kernel `textOf`. */
  readonly stderr: string;
}

const MAX_OUTPUT_BYTES = 1 << 20;
const MAX_STDERR_BYTES = 64 << 10;

/**
 * Runs a command and gives back what it printed, whatever its exit code.
 *
 * Rejects with `command.missing`, `command.timeout` after `timeoutMs`, `command.failed` when it prints too much, with
 * the error of the input, or with the signal's reason; the command has then ended. Memory held: `maxOutputBytes`.
 */
export async function runToEnd(
  runner: CommandRunner,
  call: CommandCall,
  options: RunOptions = {},
): Promise<CommandResult> {
  const { signal, clear } = limited(call, options);
  try {
    const stdin = options.input === undefined ? 'ignore' : 'pipe';
    const command = await runner.start({ ...call, stdin, stdout: 'pipe', stderr: 'pipe' }, signal);
    return await finished(command, call, options, signal);
  } finally {
    clear();
  }
}

async function finished(
  command: RunningCommand,
  call: CommandCall,
  options: RunOptions,
  signal: AbortSignal | undefined,
): Promise<CommandResult> {
  try {
    const [stdout, stderr] = await Promise.all([
      head(command.stdout, options.maxOutputBytes ?? MAX_OUTPUT_BYTES, call),
      tail(command.stderr, MAX_STDERR_BYTES),
      feed(command.stdin, options.input),
    ]);
    const exit = await command.exit;
    signal?.throwIfAborted();
    return { exit, stdout, stderr };
  } catch (error) {
    await command.stop();
    // A command that is stopped breaks its pipes; why it was stopped is what matters.
    signal?.throwIfAborted();
    throw error;
  }
}

function limited(
  call: CommandCall,
  { timeoutMs, signal }: RunOptions,
): { signal?: AbortSignal; clear: () => void } {
  if (timeoutMs === undefined) return { ...(signal && { signal }), clear: () => undefined };
  const reason = new Failure('command.timeout', `"${call.program}" did not end within ${timeoutMs} ms`, {
    program: call.program,
    timeoutMs,
  });
  return deadline(timeoutMs, reason, signal);
}

async function head(output: Readable | undefined, most: number, call: CommandCall): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of (output ?? []) as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) {
      const facts = { program: call.program, maxOutputBytes: most };
      throw new Failure('command.failed', `"${call.program}" printed more than ${most} bytes`, facts);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

/** The last words are kept: that is where programs say why they gave up. */
async function tail(output: Readable | undefined, most: number): Promise<string> {
  let kept = Buffer.alloc(0);
  for await (const piece of (output ?? []) as AsyncIterable<Buffer>) {
    kept = Buffer.concat([kept, piece]);
    if (kept.length > most) kept = kept.subarray(kept.length - most);
  }
  return textOf(kept);
}

async function feed(stdin: Writable | undefined, input: RunOptions['input']): Promise<void> {
  if (!stdin || input === undefined) return;
  try {
    await pipeline(input instanceof Uint8Array ? [input] : input, stdin);
  } catch (error) {
    if (!isBrokenPipe(error)) throw error;
  }
}

/** The command has ended, or closed its input, before it was given everything; its exit code says what that means. */
function isBrokenPipe(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'].includes(code);
}
