import { readdirSync, readFileSync } from 'node:fs';

/** A process and all below it that run now. */
export function processTree(pid: number): readonly number[] {
  const children = listed(`/proc/${pid}/task`).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
}

/** What `ps` shows of each, and the environment that its owner can read. */
export function wordsOf(pids: readonly number[]): string {
  return pids.map((pid) => read(`/proc/${pid}/cmdline`) + read(`/proc/${pid}/environ`)).join('\n');
}

/** Resident memory of all of them; pages that they share count for each. */
export function residentBytes(pids: readonly number[]): number {
  const bytes = (pid: number) =>
    Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
  return pids.reduce((sum, pid) => sum + bytes(pid), 0);
}

// A process may end while it is looked at.
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function listed(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
