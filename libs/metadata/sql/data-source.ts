import pg from 'pg';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from './migrations/index.js';
import { quietLog } from './quiet-log.js';
import { ROWS } from './rows/index.js';
import { SnakeNames } from './snake-names.js';

/** Firn's tables have a schema of their own; the queue's lie elsewhere. */
export const SCHEMA = 'firn';

const CONNECT_TIMEOUT_MS = 5_000;

export interface Connections {
  readonly url: string;
  readonly poolSize: number;
  /** Milliseconds after which the server ends a statement; none for migrations. */
  readonly statementTimeoutMs?: number;
  /** A connection that nobody used broke. */
  readonly onIdleError: (error: Error) => void;
}

/** A pool that is not connected yet. */
export function dataSource({ url, poolSize, statementTimeoutMs, onIdleError }: Connections): DataSource {
  const timeouts = statementTimeoutMs !== undefined && {
    statement_timeout: statementTimeoutMs,
    // For when the network swallows the answer, too.
    query_timeout: statementTimeoutMs + Math.min(statementTimeoutMs, 5_000),
    // A transaction that was forgotten would hold its locks for ever.
    idle_in_transaction_session_timeout: 2 * statementTimeoutMs,
  };
  return new DataSource({
    type: 'postgres',
    url,
    schema: SCHEMA,
    entities: ROWS,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'all',
    namingStrategy: new SnakeNames(),
    synchronize: false,
    installExtensions: false,
    logging: false,
    logger: quietLog,
    poolSize,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    applicationName: 'firn',
    poolErrorHandler: onIdleError,
    extra: {
      Client: SteadyClient,
      keepAlive: true,
      idleTimeoutMillis: 30_000,
      // Stores count on each statement seeing what was committed before it.
      options: '-c default_transaction_isolation=read\\ committed',
      ...timeouts,
    },
  });
}

/** Between two owners nobody listens to a connection; its error would then end the process. */
class SteadyClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
