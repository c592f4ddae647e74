import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from '#kernel';

/**
 * Which process of which machine, for good: process numbers are used again, this is not. What could not be read is
 * not there. As JSON it may be kept in a lock or a journal, and read with this schema.
 */
export const processIdentitySchema = z
  .object({
    /** A digest that tells machines apart and says nothing about them. */
    machine: z.string().optional(),
    boot: z.string().optional(),
    pidNamespace: z.string().optional(),
    pid: z.int().positive(),
    /** Clock ticks from boot to the start of the process. */
    startedAt: z.int().nonnegative().optional(),
  })
  .readonly();

export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

export type ProcessState = 'running' | 'gone' | 'unknown';

/** The identity of the process that asks. */
export function thisProcess(): ProcessIdentity {
  return processIdentity(process.pid);
}

/** The identity of the process that has this number here and now. */
export function processIdentity(pid: number): ProcessIdentity {
  return {
    machine: machine(),
    boot: textIn('/proc/sys/kernel/random/boot_id'),
    pidNamespace: ownPidNamespace(),
    pid,
    startedAt: processLook(pid === process.pid ? 'self' : pid).startedAt,
  };
}

/** The process here that was started with exactly this argument, if there is one; of several the first. */
export function processWithArgument(argument: string): ProcessIdentity | undefined {
  const holder = processNumbers().find((pid) => {
    const line = textIn(`/proc/${pid}/cmdline`);
    return line !== undefined && line.split('\0').includes(argument);
  });
  return holder === undefined ? undefined : processIdentity(holder);
}

/**
 * What can be said from here about a process. `gone` is said only when it is certain: the process has ended (a zombie
 * has), or its machine has been started anew. A process of another machine or container is `unknown`.
 */
export function processState(identity: ProcessIdentity): ProcessState {
  const own = thisProcess();
  if (same(identity.boot, own.boot)) {
    return same(identity.pidNamespace, own.pidNamespace) ? stateHere(identity) : 'unknown';
  }
  const rebooted =
    same(identity.machine, own.machine) && identity.boot !== undefined && own.boot !== undefined;
  return rebooted ? 'gone' : 'unknown';
}

function stateHere({ pid, startedAt }: ProcessIdentity): ProcessState {
  const look = processLook(pid);
  if (look.state === undefined) return isSignallable(pid) ? 'unknown' : 'gone';
  if (look.state === 'Z' || look.state === 'X') return 'gone';
  if (startedAt === undefined) return 'unknown';
  return look.startedAt === startedAt ? 'running' : 'gone';
}

/** /proc may hide the processes of others (`hidepid`); a signal tells that there is one. */
function isSignallable(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function processLook(pid: number | 'self'): { state?: string; startedAt?: number } {
  const stat = textIn(`/proc/${pid}/stat`);
  if (stat === undefined) return {};
  // The second field is the program's name in parentheses and may hold anything, parentheses and blanks included.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], startedAt: Number(fields[19]) };
}

/** The host name is part of it because copied images and containers often share one machine id. */
function machine(): string | undefined {
  const id = textIn('/etc/machine-id') ?? textIn('/var/lib/dbus/machine-id');
  return id && createHash('sha256').update(`firn machine ${id} ${hostname()}`).digest('hex').slice(0, 32);
}

function ownPidNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

function processNumbers(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    // No /proc: nobody can be looked for.
    return [];
  }
}

function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    // Missing or hidden: the caller knows what that means for it.
    return undefined;
  }
}

function same(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && a === b;
}
