import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processes of the embedded PostgreSQL in a directory: its postmaster, and that one's children by what they are. */
export function postgresIn(directory: string): {
  readonly postmaster: number;
  readonly all: readonly number[];
  /** Those that serve connections. */
  readonly backends: readonly number[];
} {
  const [first] = readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n');
  const postmaster = Number(first);
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === postmaster)
    .map(Number);
  const backends = children.filter((pid) => textOf(`/proc/${pid}/cmdline`).includes('127.0.0.1'));
  return { postmaster, all: [postmaster, ...children], backends };
}

function parentOf(pid: string): number {
  const stat = textOf(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
}
