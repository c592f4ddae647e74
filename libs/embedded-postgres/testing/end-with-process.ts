import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ends the server in `directory` and removes its files when this process ends, unless it is killed with SIGKILL. */
export function endsWithThisProcess(directory: string): void {
  const end = () => endServerIn(directory);
  process.once('exit', end);
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      end();
      // Whoever else listens decides; with nobody else, the signal does what it always does.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  }
}

/** Synchronous, because nothing else is left to do when a process ends. */
export function endServerIn(directory: string): void {
  const pid = postmasterOf(path.join(directory, 'data'));
  if (pid !== undefined) endNow(pid);
  rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}

/** Nothing in it is worth a clean end. It is asked first, so that it sees to its own children. */
function endNow(pid: number): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  process.kill(pid, 'SIGQUIT');
  for (let polls = 0; polls < 200 && runs(pid); polls += 1) Atomics.wait(pause, 0, 0, 10);
  if (runs(pid)) process.kill(pid, 'SIGKILL');
}

function runs(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The server of a data directory, if the process of that number is really it. */
function postmasterOf(data: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path.join(data, 'postmaster.pid'), 'utf8'), 10);
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data) ? pid : undefined;
  } catch {
    // It was never started, or has ended.
    return undefined;
  }
}
