import type { Readable, Writable } from 'node:stream';

/** A command: always a list of arguments, never a line for a shell. */
export interface CommandSpec {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment; without it the parent's. */
  readonly env?: Readonly<Record<string, string>>;
  /** `pipe`: written through `stdin`; `bulk`: the same for gigabytes; `ignore`: empty. */
  readonly stdin: 'pipe' | 'bulk' | 'ignore' | 'inherit';
  /** A number is an open file of this process that the command writes to; `bulk` is read through `output`. */
  readonly stdout: 'pipe' | 'bulk' | 'ignore' | 'inherit' | number;
  readonly stderr: 'pipe' | 'ignore' | 'inherit' | number;
  /** Run as the leader of a process group of its own, and end the whole group on abort. */
  readonly group?: boolean;
  /** Goes on when this process ends, and does not keep it from ending. Its output must go to files, not to pipes. */
  readonly outlives?: boolean;
  /** Niceness 0…19 and idle I/O class, so that others come first. */
  readonly priority?: Priority;
  /** Run as another user, without supplementary groups. Only root may. */
  readonly user?: CommandUser;
}

export interface CommandUser {
  readonly uid: number;
  readonly gid: number;
}

export interface Priority {
  readonly nice: number;
  readonly idleIo: boolean;
}

export interface CommandExit {
  /** Exit code, or `undefined` when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

export interface RunningCommand {
  readonly pid: number;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  /** What it writes, with `stdout: 'bulk'`. */
  readonly output: BulkOutput | undefined;
  /** Resolves when the process has ended and its pipes are closed; rejects only when it could not be started. */
  readonly exit: Promise<CommandExit>;
  /** Resolves when the process itself has ended; its children may still hold its pipes, and some of its output wait. */
  readonly ended: Promise<CommandExit>;
  /** Ends it: TERM, then KILL when it is still there after `graceMs`. Resolves when it has ended. */
  stop(graceMs?: number): Promise<void>;
}

/** Gigabytes that a command writes, without a buffer for each few kilobytes. */
export interface BulkOutput {
  /** Fills the buffer with what comes next; fewer bytes than it has room for only at the end. One call at a time. */
  fill(buffer: Buffer): Promise<number>;
  /**
   * The open file itself, where there is one, for a thread that reads it on its own: `fill` is called no more, and whoever
   * has it closes it.
   */
  handOver?(): number;
}

/** The machine's programs. An aborted signal stops the command. Rejects with `command.missing` when there is no such program. */
export interface CommandRunner {
  start(spec: CommandSpec, signal?: AbortSignal): Promise<RunningCommand>;
}
