import { PostgresQueueBackend, type PostgresConnection } from 'bullmq';

/** Seconds after which a worker looks for work although it heard of none: what a lost notification can cost. */
export const LONGEST_WAIT_SECONDS = 60;

/** One of many backends on one connection, which is closed by whoever opened it. */
export class SharedPostgresBackend extends PostgresQueueBackend {
  constructor(connection: PostgresConnection, name: string, options: PostgresQueueBackend['opts']) {
    // As its owner, it hears when the listening connection is made anew.
    super(connection, name, options, true);
  }

  override get maximumBlockTimeout(): number {
    return LONGEST_WAIT_SECONDS;
  }

  override async close(): Promise<void> {
    this.closing ??= Promise.resolve();
  }

  override async disconnect(): Promise<void> {
    await this.disconnectBlocking();
  }
}
