import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { Failure } from '#kernel';
import { bulkPipe, type BulkPipe } from './bulk-output.js';
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
  const pipe = spec.stdout === 'bulk' ? await bulkPipe({ start }) : undefined;
  const child = await begunWith(spec, pipe);
  if (spec.priority && child.pid !== undefined) lowerPriorityOf(child.pid, spec.priority.nice);
  const command = new SystemCommand(child, spec.group ?? false, pipe?.output);
  if (spec.outlives) child.unref();
  stopOnAbort(command, signal);
  return command;
}

/** With a pipe, its writing end is the command's alone: only then does the end of the command end the pipe. */
async function begunWith(spec: CommandSpec, pipe: BulkPipe | undefined): Promise<ChildProcess> {
  try {
    const child = spawned(spec, pipe?.writer);
    await begun(child, spec);
    return child;
  } catch (error) {
    await pipe?.output.close();
    throw error;
  } finally {
    if (pipe) closeSync(pipe.writer);
  }
}

function spawned(spec: CommandSpec, pipe: number | undefined): ChildProcess {
  const [program, args] = withIdleIo(spec);
  try {
    return spawn(program, args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: spec.group ?? false,
      stdio: [spec.stdin, spec.stdout === 'bulk' ? pipe : spec.stdout, spec.stderr],
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
