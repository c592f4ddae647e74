import { monotonicMs, systemClock } from '#kernel';
import { processState, type ProcessIdentity } from '../process-identity.js';
import { groupRuns, signalGroup } from './process-group.js';

const POLL_MS = 200;
const GRACE_MS = 5000;
const KILLED_MS = 2000;

/** A command that another process has started, as the leader of a group. How it ends is not known, only that it does. */
export interface AdoptedCommand {
  readonly pid: number;
  /** Resolves when the process has ended, a fifth of a second later at most. Rejects when the watching was ended. */
  readonly ended: Promise<void>;
  /** Ends its whole group: TERM, then KILL when somebody is still there after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

/** Watches over a process of which the caller knows that it runs. `signal` ends the watching, not the process. */
export function adoptCommand(identity: ProcessIdentity, signal?: AbortSignal): AdoptedCommand {
  const { pid } = identity;
  const runs = () => processState(identity) === 'running';
  const untilEnded = async () => {
    while (runs()) await systemClock.sleep(POLL_MS, signal);
  };
  return {
    pid,
    ended: untilEnded(),
    stop: async (graceMs = GRACE_MS) => {
      // Its number may be somebody else's by now; a group without its leader cannot be told apart from another one.
      if (!runs()) return;
      signalGroup(pid, 'SIGTERM');
      if (await emptyWithin(pid, graceMs)) return;
      signalGroup(pid, 'SIGKILL');
      await emptyWithin(pid, KILLED_MS);
    },
  };
}

async function emptyWithin(leader: number, ms: number): Promise<boolean> {
  const until = monotonicMs() + ms;
  while (groupRuns(leader)) {
    if (monotonicMs() >= until) return false;
    await systemClock.sleep(10);
  }
  return true;
}
