import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { searchPath } from '#config';
import { systemCommands, type CommandExit, type RunningCommand } from '#host';
import { invariant } from '#kernel';
import { asNobody } from './as-nobody.js';
import { compiledPrograms } from './compiled-programs.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

export type LogEntry = Readonly<Record<string, unknown>>;

export interface ServiceOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** As `nobody` when the tests run as root. */
  readonly asNobody?: boolean;
}

/** A real `firn-api`, `firn-scheduler` or `firn`, as a process of its own. Ending the scope stops it. */
export interface ServiceProcess extends AsyncDisposable {
  readonly pid: number;
  /** Lines of standard output so far. */
  readonly out: readonly string[];
  /** Lines of standard error so far; what is no JSON has the text as its `msg`. */
  readonly log: readonly LogEntry[];
  readonly exit: Promise<CommandExit>;
  /** What `find` finds, now or when more was said. Rejects when the process ends without. */
  until<T>(what: string, find: (service: ServiceProcess) => T | undefined): Promise<T>;
  /** The first line of the log with these words, also one that is to come. */
  told(words: string): Promise<LogEntry>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL to what does not heed it. */
  stop(): Promise<CommandExit>;
  /** SIGKILL; resolves when it is gone. What it has started is left alone. */
  kill(): Promise<CommandExit>;
}

/** Starts `dist/apps/<app>/main.js`. */
export async function startService(
  app: 'api' | 'scheduler' | 'cli',
  args: readonly string[],
  options: ServiceOptions = {},
): Promise<ServiceProcess> {
  const call = {
    program: process.execPath,
    args: ['--enable-source-maps', join(root, `dist/apps/${app}/main.js`), ...args],
    env: {
      ...{ PATH: searchPath().join(':'), LANG: 'C.UTF-8', HOME: '/nonexistent' },
      ...{ NODE_COMPILE_CACHE: compiledPrograms(), ...options.env },
    },
    cwd: '/',
  };
  const command = await systemCommands.start({
    ...(options.asNobody ? asNobody(call) : call),
    ...{ stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' },
  });
  return watched(command);
}

const STOP_MS = 20_000;

function watched(command: RunningCommand): ServiceProcess {
  const out: string[] = [];
  const log: LogEntry[] = [];
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
  let ended = false;
  const exit = command.exit.then((end) => {
    ended = true;
    // What was said last is read after the end.
    setImmediate(heard);
    return end;
  });
  const service: ServiceProcess = {
    pid: command.pid,
    ...{ out, log, exit },
    until: <T>(what: string, find: (service: ServiceProcess) => T | undefined) =>
      new Promise<T>((resolve, reject) => {
        const hear = (): void => {
          const found = find(service);
          if (found === undefined && !ended) return;
          hearers.delete(hear);
          if (found !== undefined) resolve(found);
          else reject(new Error(`it ended without ${what}: ${JSON.stringify([out, log])}`));
        };
        hearers.add(hear);
        if (ended) setImmediate(hear);
        else hear();
      }),
    told: (words) => service.until(`saying "${words}"`, () => log.find((entry) => entry['msg'] === words)),
    signal: (name) => void process.kill(command.pid, name),
    stop: async () => {
      await command.stop(STOP_MS);
      return exit;
    },
    kill: async () => {
      if (!ended) process.kill(command.pid, 'SIGKILL');
      // Its pipes may be held by what it has started.
      return command.ended;
    },
    [Symbol.asyncDispose]: () => command.stop(STOP_MS),
  };
  return service;
}

function linesOf(stream: RunningCommand['stdout'], take: (line: string) => void): void {
  invariant(stream, 'the streams are pipes');
  createInterface({ input: stream }).on('line', take);
}

function entryIn(line: string): LogEntry {
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return { msg: line };
  }
}
