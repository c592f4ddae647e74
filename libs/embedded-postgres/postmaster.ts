import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { portIsFree, type CommandExit, type CommandRunner, type RunningCommand } from '#host';
import { Failure, monotonicMs, type Clock } from '#kernel';
import type { Programs } from './programs.js';
import type { ServerLog } from './server-log.js';
import { clusterName, endServerProcesses, send } from './server-processes.js';
import { settingArguments } from './settings.js';
import { clearStaleNote } from './stale-note.js';

export interface PostmasterOptions {
  readonly programs: Programs;
  /** The state directory, which holds `data`. */
  readonly directory: string;
  readonly commands: CommandRunner;
  readonly clock: Clock;
  readonly log: ServerLog;
}

/** One life of a server. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves when it has ended, whatever its children still do. */
  readonly ended: Promise<CommandExit>;
  /** Ends it: clients are cut off and the data is made ready for a quick start. Not so clean after 20 seconds. */
  stop(): Promise<void>;
}

const POLL_MS = 10;
const SLOW_POLL_MS = 100;
const SLOW_AFTER_MS = 2000;
const LAST_WORDS_MS = 500;
/** Fast, immediate (the next start recovers), and at once. */
const WAYS_TO_END = [
  ['SIGINT', 20_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const;
const LINES = 12;

/**
 * Starts the server and resolves when it answers; after a crash that is when it has recovered. Rejects with
 * `platform.port-taken`, or `platform.database-failed` with its last words; nothing runs then.
 */
export async function startPostmaster(
  port: number,
  options: PostmasterOptions,
  signal: AbortSignal,
): Promise<Postmaster> {
  const { programs, directory, commands, clock, log } = options;
  const data = path.join(directory, 'data');
  const settings = settingArguments({ port: `${port}`, cluster_name: clusterName(directory) });
  await clearStaleNote(data);
  const before = await noteIn(data);
  signal.throwIfAborted();
  const command = await commands.start({
    ...programs.call('postgres', ['-D', data, ...settings], data),
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    // Ctrl-C in a terminal is for us; the server is stopped when its users have finished.
    group: true,
  });
  const heard = command.stderr ? log.follow(command.stderr).catch(() => undefined) : Promise.resolve();
  const postmaster = { pid: command.pid, ended: command.ended, stop: () => stop(command, directory, clock) };
  try {
    await answering(command, { data, before }, clock, signal);
    return postmaster;
  } catch (error) {
    await postmaster.stop();
    signal.throwIfAborted();
    await within(LAST_WORDS_MS, heard, clock);
    throw await startFailure(port, log, error);
  }
}

/** Asks the file in which the server notes its state, as PostgreSQL's own launcher does. */
async function answering(
  command: RunningCommand,
  { data, before }: { data: string; before: Note | undefined },
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const begun = monotonicMs();
  let exit: CommandExit | undefined;
  void command.ended.then((ended) => (exit = ended));
  for (;;) {
    signal.throwIfAborted();
    const note = await noteIn(data);
    // One of a former life may bear the same number, as all do that start in a fresh container.
    if (note && note.pid === command.pid && note.ready && note.changed !== before?.changed) return;
    if (exit) throw new Error(`it ended with ${exit.code ?? exit.signal}`);
    await clock.sleep(monotonicMs() - begun < SLOW_AFTER_MS ? POLL_MS : SLOW_POLL_MS, signal);
  }
}

interface Note {
  readonly pid: number;
  readonly ready: boolean;
  readonly changed: bigint;
}

async function noteIn(data: string): Promise<Note | undefined> {
  const file = path.join(data, 'postmaster.pid');
  try {
    const { ctimeNs } = await stat(file, { bigint: true });
    const lines = (await readFile(file, 'utf8')).split('\n');
    return { pid: Number(lines[0]), ready: lines[7]?.trim() === 'ready', changed: ctimeNs };
  } catch {
    // Not there yet.
    return undefined;
  }
}

async function startFailure(port: number, log: ServerLog, cause: unknown): Promise<Failure> {
  if (!(await portIsFree(port))) {
    return new Failure('platform.port-taken', `port ${port} for the database is taken`, { port }, cause);
  }
  return databaseFailure('the database does not start', log, cause);
}

/** A failure with what the server said last. */
export function databaseFailure(words: string, log: ServerLog, cause?: unknown): Failure {
  const lines = log.lastLines(LINES);
  const said = lines.length > 0 ? `; its last words: ${lines.join(' | ')}` : '';
  return new Failure('platform.database-failed', `${words}${said}`, { lines }, cause);
}

async function stop(command: RunningCommand, directory: string, clock: Clock): Promise<void> {
  for (const [signal, ms] of WAYS_TO_END) {
    // Once it has ended its number may be given to a stranger.
    if (await within(0, command.ended, clock)) break;
    send(command.pid, signal);
    if (await within(ms, command.ended, clock)) break;
  }
  await endServerProcesses(directory, clock);
}

/** Whether the promise is settled within `ms`. */
async function within(ms: number, promise: Promise<unknown>, clock: Clock): Promise<boolean> {
  const patience = new AbortController();
  const late = clock.sleep(ms, patience.signal).then(
    () => false,
    () => false,
  );
  const settled = promise.then(
    () => true,
    () => true,
  );
  const first = await Promise.race([settled, late]);
  patience.abort();
  return first;
}
