import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Kills a process that a test has started, with all that it has started: also what went into a group of its own. */
export async function killTree(root: ChildProcess): Promise<void> {
  if (root.pid === undefined) return;
  // Stopped first, so that it starts no more.
  for (const pid of [root.pid, ...descendantsOf(root.pid)]) signal(pid, 'SIGSTOP');
  for (const pid of [...descendantsOf(root.pid), root.pid]) signal(pid, 'SIGKILL');
}

function descendantsOf(pid: number): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter(isPid)
      .map((name) => [Number(name), parentOf(name)]),
  );
  const below = (above: number): number[] =>
    [...parents].filter(([, parent]) => parent === above).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function isPid(name: string): boolean {
  return /^\d+$/.test(name);
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program, in brackets, may hold anything.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
