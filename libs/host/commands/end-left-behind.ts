import { readdirSync, readFileSync } from 'node:fs';
import { monotonicMs, systemClock } from '#kernel';

const GRACE_MS = 5000;
const KILLED_MS = 2000;
const POLL_MS = 20;

/**
 * Ends every process here that was started with `entry`, such as `NAME=value`, in its environment: a command that was
 * killed leaves what it had started, in whatever groups that is, and children inherit the environment. Asks, and kills
 * what is still there after `graceMs`. Gives the numbers of those it met; without /proc, none are found.
 */
export async function endLeftBehind(entry: string, graceMs = GRACE_MS): Promise<readonly number[]> {
  const met = startedWith(entry);
  const begun = monotonicMs();
  let sent: NodeJS.Signals | undefined;
  for (let left = met; left.length > 0; left = startedWith(entry)) {
    const passed = monotonicMs() - begun;
    if (passed > graceMs + KILLED_MS) break;
    const signal = passed < graceMs ? 'SIGTERM' : 'SIGKILL';
    // What is started by somebody who has been asked is asked or killed in the next round.
    if (signal !== sent || signal === 'SIGKILL') for (const pid of left) send(pid, signal);
    sent = signal;
    await systemClock.sleep(POLL_MS);
  }
  return met;
}

function startedWith(entry: string): readonly number[] {
  return numbers().filter((pid) => pid !== process.pid && environmentOf(pid).includes(entry));
}

function numbers(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** That of a zombie is empty, that of a stranger cannot be read. */
function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended since, or is not ours to end.
  }
}
