import path from 'node:path';
import { exclusively, freePort, portIsFree, systemCommands, type Held } from '#host';
import { Failure, isFailure, monotonicMs, type Clock, type Logger } from '#kernel';
import { accountFor } from './account.js';
import type { EmbeddedPostgres } from './embedded-postgres.js';
import { initialise } from './initialise.js';
import { startPostmaster, type Postmaster, type PostmasterOptions } from './postmaster.js';
import { programsFor } from './programs.js';
import { assertReachable } from './reachable.js';
import { ServerLog } from './server-log.js';
import { endServerProcesses } from './server-processes.js';
import { DATABASE, HOST, urlOf, USER } from './settings.js';
import * as state from './state-directory.js';
import { WatchedServer } from './watched-server.js';

export interface EmbeddedPostgresOptions {
  /** For this server alone; made when it is not there. */
  readonly directory: string;
  /** Without it the port of the last start, or another free one. */
  readonly port?: number;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Calls the start off; once started, see `close`. */
  readonly signal?: AbortSignal;
}

const PORT_ATTEMPTS = 5;

/**
 * Starts the server of a directory and resolves when it answers: in a fraction of a second, or some seconds the first
 * time, when the data are made. What a killed Firn has left running in the directory is ended first.
 *
 * As root the server runs as the account `firn`, `postgres` or `nobody`, which must be able to reach the directory.
 *
 * Rejects with `platform.running` (another Firn has the directory), `platform.port-taken` (the port that was asked
 * for), `platform.state-newer`, `platform.state-unusable`, `platform.database-failed`, `command.missing` (no
 * PostgreSQL for this machine), or the signal's reason. Nothing runs then.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  options.signal?.throwIfAborted();
  try {
    const directory = await state.madeDirectory(path.resolve(options.directory));
    const held = await exclusively(`embedded-postgres ${directory}`);
    if (!held) {
      const words = `another Firn uses the database in "${directory}"`;
      throw new Failure('platform.running', words, { directory });
    }
    try {
      return await start(directory, held, options);
    } catch (error) {
      await held.release();
      throw error;
    }
  } catch (error) {
    throw isFailure(error) ? error : ofSystem(error, options.directory);
  }
}

async function start(
  directory: string,
  held: Held,
  { clock, logger, port: wanted, signal = new AbortController().signal }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const begun = monotonicMs();
  const commands = systemCommands;
  await state.layOut(directory);
  const account = await accountFor(path.join(directory, 'data'));
  await assertReachable(directory, account, commands);
  const programs = await programsFor(account, commands, path.join(directory, 'programs'));
  await state.assertSameMajor(directory, programs.major);
  const left = await endServerProcesses(directory, clock);
  if (left.length > 0) logger.warn('ended a database left behind', { pids: left.map(({ pid }) => pid) });

  await state.removeOtherPrograms(directory, programs.build);
  const password = await state.passwordIn(directory);
  await state.withNewData(directory, async (fresh) => {
    logger.info('making the database', { directory, account: account.name });
    await initialise(fresh, { programs, account, commands, password, durable: true, signal });
  });

  const log = new ServerLog(path.join(directory, 'log'), logger);
  const postmaster = { programs, directory, commands, clock, log };
  const { server, port } = await startedOnPort(wanted, postmaster, signal).catch(async (error: unknown) => {
    await log.close();
    throw error;
  });
  const watched = new WatchedServer(server, port, postmaster, logger);
  logger.info('database answers', {
    port,
    pid: server.pid,
    account: account.name,
    ms: Math.round(monotonicMs() - begun),
  });

  let closed: Promise<void> | undefined;
  const close = () =>
    (closed ??= (async () => {
      try {
        await watched.close();
        await log.close();
      } finally {
        await held.release();
      }
    })());
  return {
    connection: { host: HOST, port, user: USER, password, database: DATABASE },
    url: urlOf({ port, password, database: DATABASE }),
    get restarts() {
      return watched.restarts;
    },
    failed: watched.failed,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A port that was asked for is that one or none. */
async function startedOnPort(
  wanted: number | undefined,
  options: PostmasterOptions,
  signal: AbortSignal,
): Promise<{ server: Postmaster; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await unusedPort(options.directory));
    try {
      if (!(await portIsFree(port))) {
        throw new Failure('platform.port-taken', `port ${port} for the database is taken`, { port });
      }
      const server = await startPostmaster(port, options, signal);
      await state.keepPort(options.directory, port);
      return { server, port };
    } catch (error) {
      const another = isFailure(error, 'platform.port-taken') && wanted === undefined;
      if (!another || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function unusedPort(directory: string): Promise<number> {
  const last = await state.lastPort(directory);
  return last !== undefined && (await portIsFree(last)) ? last : freePort();
}

/** Missing rights, a full disk, a file where a directory should be: the directory is not one to work in. */
function ofSystem(error: unknown, directory: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const known = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG', 'EIO'];
  if (code === undefined || !known.includes(code)) return error;
  return state.unusable(directory, (error as Error).message, error);
}
