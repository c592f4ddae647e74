import type { Command } from 'commander';

/** What every command of `firn` works with. */
export interface Cli {
  /** Aborted by SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
  /** A line of what was asked for. */
  readonly say: (text: string) => void;
  /** A line for people on the way. */
  readonly note: (text: string) => void;
  /** The exit code of a command that did its work and has bad news, such as the end of a run. */
  readonly endWith: (exitCode: number) => void;
}

/** Adds a command, with those below it, to the program. */
export type AddCommand = (program: Command, cli: Cli) => void;
