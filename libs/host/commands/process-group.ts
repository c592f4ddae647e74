import { readdirSync, readFileSync } from 'node:fs';

/** Sends a signal to a group; says whether there was anybody to receive it. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch (error) {
    // EPERM means that somebody is there who may not be signalled, such as a setuid program.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether anybody in the group still runs. Zombies do not, however long their parents leave them waiting. */
export function groupRuns(leader: number): boolean {
  if (!signalGroup(leader, 0)) return false;
  try {
    return readdirSync('/proc').some((name) => /^\d+$/.test(name) && runsIn(leader, name));
  } catch {
    // No /proc to look at: the signal found somebody, and that has to do.
    return true;
  }
}

function runsIn(leader: number, pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(group) === leader && state !== 'Z' && state !== 'X';
  } catch {
    // It has ended since the listing.
    return false;
  }
}
