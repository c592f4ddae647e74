import { randomInt } from 'node:crypto';
import { Failure, type Clock, type Logger } from '#kernel';
import type { Metadata, Stores } from '../metadata.js';
import { abortable } from './abortable.js';
import { dataSource } from './data-source.js';
import { migrate } from './migrate.js';
import { initialised, Opened } from './opened.js';
import { sqlFailure } from './sql-failure.js';
import { sqlTransaction } from './sql-transaction.js';

export interface SqlOptions {
  /** `postgresql://user:password@host:port/database` */
  readonly url: string;
  readonly logger: Logger;
  /** Waits between two tries of a transaction. */
  readonly clock: Clock;
  /** Most connections at a time; 10 when it is missing. */
  readonly poolSize?: number;
  /** Milliseconds after which a statement is given up; 30 000 when it is missing. */
  readonly statementTimeoutMs?: number;
}

export interface SqlMetadata extends Metadata {
  /**
   * Brings the tables to this version, however many processes do so at once. Rejects with `metadata.newer-schema`,
   * and with `metadata.unavailable` when the database does not answer.
   */
  migrate(): Promise<void>;
}

const TRIES = 8;

/** Metadata in PostgreSQL. Connects when it is first needed, and again whenever the connection was lost. */
export async function sqlMetadata(options: SqlOptions): Promise<SqlMetadata> {
  const { url, logger, clock, poolSize = 10, statementTimeoutMs = 30_000 } = options;
  const onIdleError = ({ message }: Error) => logger.warn('database connection lost', { reason: message });
  const pool = new Opened(() => dataSource({ url, poolSize, statementTimeoutMs, onIdleError }));
  const running = new Set<Promise<unknown>>();

  const probe = async () => {
    const source = await pool.source();
    await source.query('SELECT 1').catch((error: unknown) => {
      throw sqlFailure(error);
    });
  };
  const attempts = async <T>(work: (stores: Stores) => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await sqlTransaction(await pool.source(), work);
      if ('result' in outcome) return outcome.result;
      if (attempt === TRIES) throw outcome.lost;
      logger.debug('transaction done anew', { attempt, ...outcome.lost.context });
      await clock.sleep(randomInt(5, 10 * 2 ** attempt));
    }
  };
  const counted = <T>(act: Promise<T>): Promise<T> => {
    running.add(act);
    return act.finally(() => running.delete(act));
  };
  return {
    ready: (signal) => abortable(counted(probe()), signal),
    transaction: (work) => counted(attempts(work)),
    migrate: () => counted(migrateWith(url, logger, onIdleError)),
    close: async () => {
      await Promise.allSettled(running);
      await pool.close();
    },
  };
}

/** On a connection of its own, which has all the time a migration needs. */
async function migrateWith(url: string, logger: Logger, onIdleError: (error: Error) => void): Promise<void> {
  const source = await initialised(dataSource({ url, poolSize: 1, onIdleError }));
  try {
    await migrate(source, logger);
  } catch (error) {
    throw error instanceof Failure ? error : sqlFailure(error);
  } finally {
    await source.destroy();
  }
}
