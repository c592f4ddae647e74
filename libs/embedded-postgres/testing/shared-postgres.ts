import { randomBytes } from 'node:crypto';
import { urlOf } from '../settings.js';
import { query } from './query.js';
import { startThrowAwayServer } from './throw-away-server.js';

/** One PostgreSQL for all tests of a process. */
export interface SharedPostgres {
  /** A new, empty database for the caller alone. */
  createDatabase(): Promise<FreshDatabase>;
}

export interface FreshDatabase extends AsyncDisposable {
  /** `postgresql://user:password@127.0.0.1:port/name`; the user is a superuser. */
  readonly url: string;
  /** Removes it, and ends whoever is still connected. */
  drop(): Promise<void>;
}

let started: Promise<SharedPostgres> | undefined;

/**
 * Starts it when it is first asked for, in a directory of its own below the temporary one, with fsync off. It ends with
 * the process; it does not keep the process from ending, and there is nothing to close.
 */
export function sharedPostgres(): Promise<SharedPostgres> {
  return (started ??= start());
}

async function start(): Promise<SharedPostgres> {
  const server = await startThrowAwayServer();
  const admin = urlOf({ ...server, database: 'postgres' });
  return {
    createDatabase: async () => {
      const database = `test_${randomBytes(6).toString('hex')}`;
      await query(admin, `CREATE DATABASE ${database} TEMPLATE template0`);
      const drop = async () => void (await query(admin, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
      return { url: urlOf({ ...server, database }), drop, [Symbol.asyncDispose]: drop };
    },
  };
}
