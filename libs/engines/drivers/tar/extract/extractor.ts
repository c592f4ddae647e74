import type { Readable } from 'node:stream';
import type { CommandExit, RunningCommand } from '#host';
import type { ExtractProblem } from '../../../archive-engine.js';
import { endMark } from '../stream/end-mark.js';
import { problemIn } from './extract-problems.js';
import { LastWords, tarMessages } from '../program/tar-messages.js';
import type { TarProgram } from '../program/tar-program.js';

/**
 * Without `--incremental`, so that tar neither replays listings nor removes what is not listed. Owners are set by root
 * only: for others that would be an error with each file. With the long records tar reads all that waits in its pipe at
 * once, not 10 KiB of it.
 */
function extractArguments(root: string): string[] {
  return [
    '--extract',
    '--file=-',
    '--blocking-factor=2048',
    `--directory=${root}`,
    '--same-permissions',
    process.geteuid?.() === 0 ? '--same-owner' : '--no-same-owner',
    '--xattrs',
    '--xattrs-include=*',
    '--acls',
    '--delay-directory-restore',
    '--quoting-style=c',
    '--warning=no-timestamp',
  ];
}

/** What a tar said, and how it ended. */
export interface Heard {
  readonly exit: CommandExit;
  readonly problems: readonly ExtractProblem[];
  readonly unknown: LastWords;
  /** It had no room. */
  readonly full: boolean;
}

/** One running `tar --extract`. Memory held: what was written and tar has not read yet, a record for each problem. */
export class Extractor {
  /** Resolves when it has ended; never rejects. */
  readonly heard: Promise<Heard>;
  #hasEnded = false;
  #written = 0;

  private constructor(
    private readonly command: RunningCommand,
    program: string,
    private readonly onChange: () => void,
  ) {
    const ended = () => {
      this.#hasEnded = true;
      onChange();
    };
    // A pipe breaks before the end of the process behind it is known.
    command.stdin?.once('close', ended);
    void command.ended.then(ended, ended);
    this.heard = this.#listen(program);
  }

  /** `onChange` is called when it has taken something, and when it has ended. */
  static async start(
    tar: TarProgram,
    root: string,
    signal: AbortSignal,
    onChange: () => void,
    stdin: 'pipe' | 'bulk' = 'pipe',
  ): Promise<Extractor> {
    const command = await tar.start(extractArguments(root), { stdin, stdout: 'ignore' }, signal);
    return new Extractor(command, await tar.path(), onChange);
  }

  /** Whether it has ended, or takes no more input. */
  get hasEnded(): boolean {
    // Told by the pipe at once: a source that never waits would keep its events from coming through.
    return this.#hasEnded || (this.command.stdin?.destroyed ?? false);
  }

  /** Bytes that wait to be read by it. */
  get waiting(): number {
    return this.command.stdin?.writableLength ?? 0;
  }

  /** Resolves when it has the bytes, or has ended. */
  write(bytes: Buffer): Promise<void> {
    this.#written += bytes.length;
    return new Promise((resolve) => {
      const done = () => {
        resolve();
        this.onChange();
      };
      if (this.command.stdin) this.command.stdin.write(bytes, done);
      else done();
    });
  }

  /** There is no more for it. */
  async end(): Promise<Heard> {
    this.command.stdin?.end(endMark(this.#written));
    return this.heard;
  }

  async stop(): Promise<void> {
    await this.command.stop();
    await this.heard;
  }

  /** Of a full disk tar complains with every file that is left, so it is stopped at once. */
  async #listen(program: string): Promise<Heard> {
    const problems: ExtractProblem[] = [];
    const unknown = new LastWords();
    let full = false;
    try {
      for await (const message of tarMessages(this.command.stderr as Readable, program)) {
        const problem = problemIn(message);
        if (problem === 'unknown') unknown.add(message);
        else if (problem === 'full') {
          full = true;
          void this.command.stop();
        } else if (problem !== 'idle') problems.push(problem);
      }
    } catch {
      // Stopping a command destroys its pipes; whoever stops it knows why.
    }
    return { exit: await this.command.exit, problems, unknown, full };
  }
}
