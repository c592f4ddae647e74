import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import type { CommandRunner, Priority } from './command-runner.js';
import { findProgram } from './find-program.js';
import { runToEnd } from './run-to-end.js';

/**
 * Makes this process come after others: all its threads, those of the pool included; later ones and children inherit
 * it. Never raises a priority. The I/O class is left as it is where there is no `ionice`.
 */
export async function lowerOwnPriority(priority: Priority, commands: CommandRunner): Promise<void> {
  const threads = ownThreads();
  for (const thread of threads) lowerPriorityOf(thread, priority.nice);
  if (!priority.idleIo || findProgram('ionice') === undefined) return;
  await runToEnd(commands, { program: 'ionice', args: ['-c3', '-p', ...threads.map(String)] });
}

/** Sets the niceness of a process or thread, best effort: it may have ended, or be nicer already. */
export function lowerPriorityOf(pid: number, nice: number): void {
  try {
    if (getPriority(pid) < nice) setPriority(pid, nice);
  } catch {
    // It has ended, or belongs to somebody else; coming first is no failure of the work.
  }
}

function ownThreads(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    // No /proc: the main thread is all we know of.
    return [process.pid];
  }
}
