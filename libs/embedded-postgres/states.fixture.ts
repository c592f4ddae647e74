import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '#embedded-postgres';
import { passableDirectory } from '#embedded-postgres/testing';
import { runToEnd, systemCommands, type RunningCommand, type TemporaryDirectory } from '#host';
import { silentLogger, systemClock } from '#kernel';
import { asNobody } from '#test/support';

/** State directories for tests: made once, which takes seconds, and then copied. */
export class States {
  #made: Promise<string> | undefined;
  #count = 0;

  private constructor(private readonly home: TemporaryDirectory) {}

  static async open(): Promise<States> {
    return new States(await passableDirectory());
  }

  /** A directory that is not there yet. */
  fresh(): string {
    return path.join(this.home.path, `state-${(this.#count += 1)}`);
  }

  /** A directory that looks like one with a database, as far as it is looked at before the server starts. */
  skeleton(): string {
    const directory = this.fresh();
    mkdirSync(path.join(directory, 'data'), { recursive: true });
    writeFileSync(path.join(directory, 'layout.json'), '{"layout":1}');
    writeFileSync(path.join(directory, 'data', 'PG_VERSION'), '18\n');
    writeFileSync(path.join(directory, 'password'), 'secret\n');
    return directory;
  }

  /** A directory with a database that has been started and closed. */
  async used(): Promise<string> {
    this.#made ??= this.#make();
    const [source, copy] = [await this.#made, this.fresh()];
    const { exit, stderr } = await runToEnd(systemCommands, { program: 'cp', args: ['-a', source, copy] });
    if (exit.code !== 0) throw new Error(stderr);
    return copy;
  }

  remove(): Promise<void> {
    return this.home.remove();
  }

  async #make(): Promise<string> {
    const directory = this.fresh();
    await (await started(directory)).close();
    return directory;
  }
}

export function started(
  directory: string,
  more: Partial<EmbeddedPostgresOptions> = {},
): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ directory, logger: silentLogger, clock: systemClock, ...more });
}

/** The number of the server that runs in a state directory now. */
export async function pidIn(directory: string): Promise<number> {
  return Number.parseInt(await readFile(path.join(directory, 'data', 'postmaster.pid'), 'utf8'), 10);
}

export interface Elsewhere {
  /** As an ordinary user, when the tests run as root. */
  readonly asNobody?: boolean;
  /** What it does when its input ends: closes the server, or ends without a thought for it. */
  readonly atEnd?: 'close' | 'exit';
}

/** Starts the server of a directory in a process of its own, which says its address and waits to be killed. */
export function startedElsewhere(
  directory: string,
  { asNobody: ordinary = false, atEnd = 'close' }: Elsewhere = {},
): Promise<RunningCommand> {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(import.meta.resolve('#embedded-postgres'))});
    const { silentLogger, systemClock } = await import(${JSON.stringify(import.meta.resolve('#kernel'))});
    const directory = ${JSON.stringify(directory)};
    const db = await startEmbeddedPostgres({ directory, logger: silentLogger, clock: systemClock });
    process.stdout.write(db.url + '\\n');
    process.stdin.on('end', () => ${atEnd === 'close' ? 'void db.close()' : 'process.exit(3)'}).resume();`;
  const call = { program: process.execPath, args: ['--input-type=module', '-e', script], cwd: '/' };
  return systemCommands.start({
    ...(ordinary ? asNobody(call) : call),
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  });
}

/** The address that it says. */
export async function urlFrom(elsewhere: RunningCommand): Promise<string> {
  const ended = elsewhere.ended.then(({ code }) => Promise.reject(new Error(`it ended with ${code}`)));
  const [said] = (await Promise.race([once(elsewhere.stdout!, 'data'), ended])) as [Buffer];
  ended.catch(() => undefined);
  return said.toString().trim();
}

export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let polls = 0; polls < 3000; polls += 1) {
    if (await holds()) return;
    await systemClock.sleep(10);
  }
  throw new Error(`waited in vain until ${what}`);
}
