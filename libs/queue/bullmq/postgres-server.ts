import type { EventEmitter } from 'node:events';
import { ConnectionClosedError, PostgresConnection, runMigrations, type PgPool } from 'bullmq';
import pg from 'pg';
import { deadline } from '#kernel';
import { isConnectionLoss, reasonOf } from './connection-loss.js';
import { InTurn } from './in-turn.js';
import type { Outage } from './outage.js';
import { FAREWELL_MS, patient } from './patient-backend.js';
import { LONGEST_WAIT_SECONDS, SharedPostgresBackend } from './postgres-backend.js';
import type { Backends, QueueServer } from './queue-server.js';
import { raced } from './raced.js';

/** BullMQ looks for its tables in this one when the pool is not its own. */
const SCHEMA = 'bullmq';
const POOL = {
  // One of them listens, the others ask.
  max: 4,
  min: 1,
  idleTimeoutMillis: 30_000,
  connectionTimeoutMillis: 5000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
};

export class PostgresServer implements QueueServer {
  readonly idleSeconds = LONGEST_WAIT_SECONDS;
  readonly #url: string;
  readonly #outage: Outage;
  readonly #turns = new InTurn();
  readonly #closing = new AbortController();
  #connection: Promise<PostgresConnection> | undefined;

  constructor(url: string, outage: Outage) {
    this.#url = url;
    this.#outage = outage;
  }

  async backends(): Promise<Backends> {
    const connection = await this.#connected();
    return (name, options) =>
      patient(new SharedPostgresBackend(connection, name, { ...options, connection: connection.pool }));
  }

  async probe(): Promise<void> {
    const { pool } = await this.#connected();
    await pool.query('SELECT 1');
  }

  /** A lock of the database; one at a time in this process, so that the pool always has a connection for the act. */
  async exclusively<T>(name: string, act: () => Promise<T>): Promise<T> {
    const { pool } = await this.#connected();
    // On a connection that closes, BullMQ's queries never end; whoever holds a client then must let go of it.
    const { signal } = this.#closing;
    return this.#turns.take(async () => {
      signal.throwIfAborted();
      const client = await pool.connect();
      let broken = true;
      try {
        await raced(client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]), signal);
        const result = await raced(act(), signal);
        await raced(client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [name]), signal);
        broken = false;
        return result;
      } finally {
        client.release(broken);
      }
    });
  }

  async close(): Promise<void> {
    this.#closing.abort(new ConnectionClosedError());
    const connection = await this.#connection?.catch(() => undefined);
    if (!connection) return;
    const patience = deadline(FAREWELL_MS, new ConnectionClosedError());
    const closed = connection.close().then(() => connection.pool.end());
    await raced(closed, patience.signal).catch(() => undefined);
    patience.clear();
  }

  // BullMQ's connection that once failed to start fails for ever, so only one that started is kept.
  #connected(): Promise<PostgresConnection> {
    if (this.#connection) return this.#connection;
    const connecting = this.#connect();
    this.#connection = connecting;
    connecting.catch(() => {
      this.#connection = undefined;
    });
    return connecting;
  }

  // A pool of ours: the client with which BullMQ listens on its own has nobody who hears its errors while it connects and
  // while it closes, and an error that nobody hears ends the process. A pool always hears those of its clients.
  async #connect(): Promise<PostgresConnection> {
    const pool = new pg.Pool({
      connectionString: this.#url,
      options: `-c search_path=${SCHEMA}`,
      application_name: 'firn-queue',
      ...POOL,
    });
    watch(pool, this.#outage);
    try {
      await migrated(pool);
      const connection = new PostgresConnection(pool);
      // Each queue and each worker listens to it.
      connection.setMaxListeners(0);
      shareListener(connection);
      await connection.waitUntilReady();
      return connection;
    } catch (error) {
      await pool.end().catch(() => undefined);
      throw error;
    }
  }
}

async function migrated(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  let broken = true;
  try {
    await runMigrations(client, SCHEMA);
    broken = false;
  } finally {
    client.release(broken);
  }
}

/**
 * Tells the outage how queries fare. Of the ways in which a server can be away BullMQ knows refused connections only, and
 * takes a restart for a fault of the duty at hand; so each is told to it in the one way in which it waits and tries again.
 */
function watch(pool: PgPool, outage: Outage): void {
  // A pool hears its idle clients only; one that is lent out and dies without a listener takes the process with it.
  pool.on('error', (error) => outage.met(error));
  pool.on('connect', (client) => client.on('error', (error) => outage.met(error)));
  const query = pool.query.bind(pool);
  pool.query = async <Row>(text: string, values?: readonly unknown[]) => {
    try {
      const result = await query<Row>(text, values);
      outage.answered();
      return result;
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      outage.met(error);
      throw Object.assign(new ConnectionClosedError(reasonOf(error)), { cause: error });
    }
  };
}

/** BullMQ made the connection that listens for one queue; here each has its own ear on it, and asks it to listen. */
function shareListener(connection: PostgresConnection): void {
  const prepared = new WeakSet<object>();
  const connect = connection.getListenClient.bind(connection);
  connection.getListenClient = async () => {
    const client = await connect();
    if (prepared.has(client)) return client;
    prepared.add(client);
    (client as unknown as EventEmitter).setMaxListeners(0);
    const turns = new InTurn();
    const query = client.query.bind(client);
    client.query = (text, values) => turns.take(() => query(text, values));
    return client;
  };
}
