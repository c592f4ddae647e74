import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { searchPath } from '#config';
import { systemCommands, type CommandExit, type RunningCommand } from '#host';
import { invariant } from '#kernel';

const main = join(dirname(fileURLToPath(import.meta.url)), '../main.js');

/** A real `firn-api`, as a process of its own. */
export interface ApiProcess extends AsyncDisposable {
  readonly pid: number;
  /** Lines of standard output so far. */
  readonly out: readonly string[];
  /** Lines of the log so far; what is no JSON has the text alone. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Where it listens; rejects when it ends before. */
  readonly url: Promise<string>;
  readonly exit: Promise<CommandExit>;
  /** The first line of the log with these words, also one that is to come. Rejects when it ends without. */
  told(words: string): Promise<Readonly<Record<string, unknown>>>;
  signal(name: NodeJS.Signals): void;
}

export async function startApiProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ApiProcess> {
  const command = await systemCommands.start({
    program: process.execPath,
    args: ['--enable-source-maps', main, ...args],
    env: { PATH: searchPath().join(':'), LANG: 'C.UTF-8', ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  return watched(command);
}

function watched(command: RunningCommand): ApiProcess {
  const out: string[] = [];
  const log: Record<string, unknown>[] = [];
  const hearers = new Set<() => void>();
  const heard = (): void => {
    for (const hear of hearers) hear();
  };
  linesOf(command.stdout, (line) => {
    out.push(line);
    heard();
  });
  linesOf(command.stderr, (line) => {
    log.push(entryIn(line));
    heard();
  });
  const exit = command.exit.then((end) => {
    heard();
    return end;
  });
  let ended = false;
  void exit.finally(() => (ended = true));

  const until = <T>(what: string, find: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const hear = (): void => {
        const found = find();
        if (found === undefined && !ended) return;
        hearers.delete(hear);
        if (found !== undefined) resolve(found);
        else reject(new Error(`it ended without ${what}: ${JSON.stringify([out, log])}`));
      };
      hearers.add(hear);
      void exit.finally(() => setImmediate(hear));
      hear();
    });

  const url = until('listening', () => /^firn-api listens on (\S+)$/m.exec(out.join('\n'))?.[1]);
  // Not every test waits for it.
  url.catch(() => undefined);
  return {
    pid: command.pid,
    ...{ out, log, url, exit },
    told: (words) => until(`saying "${words}"`, () => log.find((entry) => entry['msg'] === words)),
    signal: (name) => void process.kill(command.pid, name),
    [Symbol.asyncDispose]: () => command.stop(20_000),
  };
}

function linesOf(stream: RunningCommand['stdout'], take: (line: string) => void): void {
  invariant(stream, 'the streams are pipes');
  createInterface({ input: stream }).on('line', take);
}

function entryIn(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { msg: line };
  }
}
