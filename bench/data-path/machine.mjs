import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Above this, something else is running that would be measured too. */
export const QUIET_LOAD = 0.7;
const SETTLE_MS = 180_000;
const LOOK_MS = 5000;

/** One line about the machine and the disk that a directory lies on. */
export function machineLine(directory) {
  const [cpu] = os.cpus();
  const memory = Math.round(os.totalmem() / 1024 ** 3);
  return `${os.cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${memory} GiB, Linux ${os.release()}, ${fileSystemOf(directory)}`;
}

function fileSystemOf(directory) {
  const [, line] = execFileSync('df', ['--output=fstype,source', directory], { encoding: 'utf8' })
    .trim()
    .split('\n');
  return line.trim().split(/\s+/).join(' on ');
}

export function load() {
  return os.loadavg()[0];
}

/** Waits until what the making of data sets has left of the load is gone; at most three minutes. */
export async function settled(signal) {
  for (let waited = 0; waited < SETTLE_MS && load() > QUIET_LOAD; waited += LOOK_MS) {
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** Why nothing can be measured on this machine, or nothing. */
export function unfit() {
  if (process.platform !== 'linux') return 'this benchmark reads /proc, which only Linux has';
  if (!fs.existsSync(`/proc/self/task/${process.pid}/children`)) {
    return 'this kernel does not list the children of a process (CONFIG_PROC_CHILDREN)';
  }
  return undefined;
}
