import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { searchPath } from '#config';
import { runToEnd, systemCommands } from '#host';
import { compiledPrograms, PlatformFixture } from '#test/support';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..');
export const firnProgram = join(root, 'bin/firn');

/** What one command of `firn` did. */
export interface FirnRun {
  readonly code: number | undefined;
  /** Lines of standard output. */
  readonly out: readonly string[];
  readonly err: readonly string[];
  /** The JSON on standard output. */
  readonly json: <T = Readonly<Record<string, unknown>>>() => T;
}

export interface FirnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export const PASSWORD = 'a password for tests';

/** Somebody at a shell, with a real API and no scheduler: runs are made through the link that schedulers use. */
export class Operator implements AsyncDisposable {
  private constructor(readonly platform: PlatformFixture) {
    mkdirSync(this.home);
    this.file('admin-password', PASSWORD, 0o600);
  }

  /** Nobody is logged in yet. */
  static async start(): Promise<Operator> {
    const platform = await PlatformFixture.prepare();
    try {
      await platform.startApi();
      return new Operator(platform);
    } catch (error) {
      await platform[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** `bin/firn` with these words, as whoever is logged in. */
  firn(args: readonly string[], options: FirnOptions = {}): Promise<FirnRun> {
    return firn(args, { ...options, env: { ...this.env, ...options.env } });
  }

  /** As `firn`, which must succeed and speak of nothing. */
  async good(...args: readonly string[]): Promise<FirnRun> {
    const run = await this.firn(args);
    if (run.code !== 0)
      throw new Error(`firn ${args.join(' ')} ended with ${run.code}: ${run.err.join('\n')}`);
    return run;
  }

  /** A file of the operator; gives its path back. */
  file(name: string, content: string | object, mode = 0o600): string {
    const path = this.path(name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode });
    return path;
  }

  path(name: string): string {
    return join(this.home, name);
  }

  get home(): string {
    return join(this.platform.data, 'home');
  }

  get env(): Readonly<Record<string, string>> {
    return { HOME: this.home, FIRN_API_URL: this.platform.apiUrl };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.platform[Symbol.asyncDispose]();
  }
}

/** `bin/firn` as a process of its own; it knows of no API unless it is told. */
export async function firn(args: readonly string[], { env, input }: FirnOptions = {}): Promise<FirnRun> {
  const call = {
    program: firnProgram,
    args: [...args],
    env: {
      ...{ PATH: searchPath().join(':'), LANG: 'C.UTF-8', TZ: 'UTC', HOME: '/nonexistent' },
      ...{ NODE_COMPILE_CACHE: compiledPrograms(), ...env },
    },
    cwd: '/',
  };
  const { exit, stdout, stderr } = await runToEnd(systemCommands, call, {
    timeoutMs: 60_000,
    input: Buffer.from(input ?? ''),
  });
  const out = stdout.toString();
  return {
    code: exit.code,
    out: linesIn(out),
    err: linesIn(stderr),
    json: <T>() => JSON.parse(out) as T,
  };
}

function linesIn(text: string): readonly string[] {
  return text.split('\n').filter((line, at, all) => line !== '' || at < all.length - 1);
}

/** Does it for all of them, a few at a time. */
export async function together<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await act(one);
  };
  await Promise.all([worker(), worker(), worker()]);
}
