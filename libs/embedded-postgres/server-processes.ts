import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { monotonicMs, type Clock } from '#kernel';

const NAMES = ['postgres', 'initdb'];
const POLL_MS = 10;
const FAST_MS = 20_000;
const IMMEDIATE_MS = 5_000;

export interface ServerProcess {
  readonly pid: number;
  readonly parent: number;
}

/** A name that the server and all its children show in the list of processes: it tells whose they are. */
export function clusterName(directory: string): string {
  return `firn-${createHash('sha256').update(directory).digest('hex').slice(0, 12)}`;
}

/** Processes of PostgreSQL that work in the directory, whoever started them. Without /proc, none are found. */
export function serverProcesses(directory: string): ServerProcess[] {
  return numbersIn('/proc').flatMap((pid) => {
    const stat = textOf(`/proc/${pid}/stat`);
    const [, name = '', state = '', parent = ''] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(stat) ?? [];
    if (!NAMES.includes(name) || 'ZX'.includes(state)) return [];
    return worksIn(pid, directory) ? [{ pid, parent: Number(parent) }] : [];
  });
}

/**
 * Ends what works in the directory, and gives what it met: cleanly if it can be, in any case within half a minute.
 * The children of a server are left to it; those without one know by themselves that they must end.
 */
export async function endServerProcesses(directory: string, clock: Clock): Promise<readonly ServerProcess[]> {
  const met = serverProcesses(directory);
  const begun = monotonicMs();
  let sent: NodeJS.Signals | undefined;
  for (let left = met; left.length > 0; left = serverProcesses(directory)) {
    const passed = monotonicMs() - begun;
    const signal = passed < FAST_MS ? 'SIGINT' : passed < FAST_MS + IMMEDIATE_MS ? 'SIGQUIT' : 'SIGKILL';
    if (signal !== sent) {
      const heads = left.filter((one) => !left.some((other) => other.pid === one.parent));
      for (const { pid } of signal === 'SIGKILL' ? left : heads) send(pid, signal);
      sent = signal;
    }
    await clock.sleep(POLL_MS);
  }
  return met;
}

/** Sends a signal to a process that may have ended. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Whether a number that was noted as that of the server of `data` is not its number any more, for certain: it has
 * ended and was not fetched by its parent, or the number has been given to something else.
 */
export function isNotTheServer(pid: number, data: string): boolean {
  const [, name, state = ''] = /^\d+ \((.*)\) (\S) /s.exec(textOf(`/proc/${pid}/stat`)) ?? [];
  if (name === undefined) return false;
  const place = workingDirectory(pid);
  return name !== 'postgres' || 'ZX'.includes(state) || (place !== undefined && place !== data);
}

/** In a container root may be forbidden to see where the processes of others work; then their words have to do. */
function worksIn(pid: number, directory: string): boolean {
  const place = workingDirectory(pid);
  if (place !== undefined) return place === directory || place.startsWith(`${directory}/`);
  const words = textOf(`/proc/${pid}/cmdline`);
  return words.includes(clusterName(directory)) || words.includes(`${directory}/`);
}

function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function numbersIn(directory: string): number[] {
  try {
    return readdirSync(directory).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Of a process that has ended there is nothing to read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
