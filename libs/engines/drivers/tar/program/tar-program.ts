import { isFailure, Failure } from '#kernel';
import { findProgram, runToEnd, type CommandRunner, type CommandSpec, type RunningCommand } from '#host';

/** Names under which GNU tar is installed; where tar is another program, it has one of the first two. */
const NAMES = ['gtar', 'gnutar', 'tar'];
const VERSION = /\(GNU tar\) (\d+)\.(\d+)/;
const OLDEST = [1, 29] as const;

/** Its messages are read, so they must be those of no language; nothing else of our environment is its business. */
const ENVIRONMENT = { LC_ALL: 'C' };

/** GNU tar on this machine. It is looked for once, when it is first needed. */
export class TarProgram {
  #path: Promise<string> | undefined;

  constructor(
    private readonly commands: CommandRunner,
    private readonly wanted: string | undefined,
  ) {}

  /** Path of the program, which its messages begin with. Rejects with `engine.program-missing`. */
  async path(): Promise<string> {
    this.#path ??= this.#find();
    try {
      return await this.#path;
    } catch (error) {
      // Somebody may install it.
      this.#path = undefined;
      throw error;
    }
  }

  async start(
    args: readonly string[],
    pipes: Pick<CommandSpec, 'stdin' | 'stdout'>,
    signal: AbortSignal,
  ): Promise<RunningCommand> {
    return this.commands.start(
      { program: await this.path(), args, env: ENVIRONMENT, stderr: 'pipe', ...pipes },
      signal,
    );
  }

  async #find(): Promise<string> {
    const found: string[] = [];
    const names = this.wanted === undefined ? installedNames() : [this.wanted];
    for (const name of names) {
      const path = findProgram(name) ?? name;
      const version = await this.#versionOf(path);
      const [, major, minor] = VERSION.exec(version ?? '')?.map(Number) ?? [];
      if (major !== undefined && minor !== undefined && isNewEnough(major, minor)) return path;
      if (version !== undefined) found.push(`${path} is "${version}"`);
    }
    const what = found.length > 0 ? found.join(', ') : `there is no ${this.wanted ?? 'tar'}`;
    throw new Failure(
      'engine.program-missing',
      `GNU tar ${OLDEST.join('.')} or newer is needed, but ${what}`,
      { found },
    );
  }

  /** First line that `--version` prints, or `undefined` when there is no such program. */
  async #versionOf(program: string): Promise<string | undefined> {
    try {
      const { stdout, stderr } = await runToEnd(this.commands, {
        program,
        args: ['--version'],
        env: ENVIRONMENT,
      });
      return (stdout.toString('utf8') || stderr).split('\n', 1).join().slice(0, 80);
    } catch (error) {
      if (isFailure(error, 'command.missing')) return undefined;
      throw error;
    }
  }
}

/** To start a program only to hear that there is none takes longer than to look for it. */
function installedNames(): readonly string[] {
  const installed = NAMES.filter((name) => findProgram(name) !== undefined);
  return installed.length > 0 ? installed : NAMES;
}

function isNewEnough(major: number, minor: number): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
