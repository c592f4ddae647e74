import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, createWriteStream, existsSync } from 'node:fs';
import { Failure } from '#kernel';
import { BulkPipeOutput } from './bulk-output.js';
import { bulkPipe, type BulkPipe } from './bulk-pipe.js';
import type { CommandRunner, CommandSpec, RunningCommand } from './command-runner.js';
import { findProgram } from './find-program.js';
import { lowerPriorityOf } from './priority.js';
import { SystemCommand } from './system-command.js';

/**
 * The programs of this machine, as child processes, never through a shell.
 *
 * What cannot be started for another reason than being missing (rights, a directory that is not there, no memory)
 * rejects with `command.failed`.
 */
export const systemCommands: CommandRunner = { start };

async function start(spec: CommandSpec, signal?: AbortSignal): Promise<RunningCommand> {
  signal?.throwIfAborted();
  const pipes = await pipesFor(spec);
  const child = await begunWith(spec, pipes);
  if (spec.priority && child.pid !== undefined) lowerPriorityOf(child.pid, spec.priority.nice);
  const command = new SystemCommand(child, spec.group ?? false, {
    stdin: pipes.input && createWriteStream('', { fd: pipes.input.writer }),
    output: pipes.output && new BulkPipeOutput(pipes.output.reader),
  });
  if (spec.outlives) child.unref();
  stopOnAbort(command, signal);
  return command;
}

/** What goes through large pipes. */
interface BulkPipes {
  readonly input: BulkPipe | undefined;
  readonly output: BulkPipe | undefined;
}

async function pipesFor({ stdin, stdout }: CommandSpec): Promise<BulkPipes> {
  const input = stdin === 'bulk' ? await bulkPipe({ start }) : undefined;
  try {
    return { input, output: stdout === 'bulk' ? await bulkPipe({ start }) : undefined };
  } catch (error) {
    closeAll([input?.reader, input?.writer]);
    throw error;
  }
}

/** The command's end of a pipe is its alone: only then does the end of the command end the pipe. */
async function begunWith(spec: CommandSpec, { input, output }: BulkPipes): Promise<ChildProcess> {
  try {
    const child = spawned(spec, { stdin: input?.reader, stdout: output?.writer });
    await begun(child, spec);
    return child;
  } catch (error) {
    closeAll([input?.writer, output?.reader]);
    throw error;
  } finally {
    closeAll([input?.reader, output?.writer]);
  }
}

function closeAll(files: readonly (number | undefined)[]): void {
  for (const file of files) if (file !== undefined) closeSync(file);
}

function spawned(
  spec: CommandSpec,
  pipes: { stdin?: number | undefined; stdout?: number | undefined },
): ChildProcess {
  const [program, args] = withIdleIo(spec);
  try {
    return spawn(program, args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: spec.group ?? false,
      stdio: [
        spec.stdin === 'bulk' ? pipes.stdin : spec.stdin,
        spec.stdout === 'bulk' ? pipes.stdout : spec.stdout,
        spec.stderr,
      ],
      shell: false,
      ...(spec.user && { uid: spec.user.uid, gid: spec.user.gid }),
    });
  } catch (error) {
    throw startFailure(spec, error);
  }
}

/** `ionice` becomes the program it runs, so the process id stays that of the command. */
function withIdleIo(spec: CommandSpec): [string, readonly string[]] {
  const ionice = spec.priority?.idleIo ? findProgram('ionice') : undefined;
  const program = ionice === undefined ? undefined : findProgram(spec.program, spec.env?.['PATH']);
  // Without the program, the command is started as it is: it must fail in its own name, not in that of ionice.
  if (ionice === undefined || program === undefined) return [spec.program, spec.args];
  return [ionice, ['-c3', program, ...spec.args]];
}

function begun(child: ChildProcess, spec: CommandSpec): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    // Stays for good: a signal that may not be sent is an `error` event too, and must not end this process.
    child.on('error', (error) => reject(startFailure(spec, error)));
  });
}

function startFailure(spec: CommandSpec, error: unknown): Failure {
  const code = (error as NodeJS.ErrnoException).code;
  const facts = { program: spec.program };
  if (spec.cwd !== undefined && !existsSync(spec.cwd)) {
    return new Failure(
      'command.failed',
      `cannot run "${spec.program}" in "${spec.cwd}": no such directory`,
      facts,
      error,
    );
  }
  if (code === 'ENOENT' || (code === 'EACCES' && isNowhere(spec))) {
    return new Failure('command.missing', `there is no program "${spec.program}"`, facts, error);
  }
  const reason = code === 'EACCES' ? 'permission denied' : (error as Error).message;
  return new Failure('command.failed', `cannot start "${spec.program}": ${reason}`, facts, error);
}

/** The system answers "permission denied" when the name is not found and one directory of PATH may not be entered. */
function isNowhere({ program, env }: CommandSpec): boolean {
  return !program.includes('/') && findProgram(program, env?.['PATH']) === undefined;
}

function stopOnAbort(command: RunningCommand, signal: AbortSignal | undefined): void {
  if (!signal) return;
  const stop = () => void command.stop();
  if (signal.aborted) return stop();
  signal.addEventListener('abort', stop, { once: true });
  void command.exit.then(() => signal.removeEventListener('abort', stop));
}
