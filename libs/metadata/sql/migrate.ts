import { Failure, type Logger } from '#kernel';
import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { ADVISORY, MIGRATING } from './advisory.js';
import { SCHEMA } from './data-source.js';

/**
 * Brings the tables to this version. Of several processes that do so at once, one does it and the others wait for it.
 * Rejects with `metadata.newer-schema` when there are migrations that this version does not know.
 */
export async function migrate(source: DataSource, logger: Logger): Promise<void> {
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1, $2)', [ADVISORY, MIGRATING]);
    await makeSchema(runner);
    const executor = new MigrationExecutor(source, runner);
    executor.transaction = 'all';
    await refuseNewer(executor, source);
    for (const { name } of await executor.executePendingMigrations()) {
      logger.info('database migrated', { migration: name });
    }
  } finally {
    // The lock goes with the session, which ends with its pool.
    await runner.release();
  }
}

async function makeSchema(runner: QueryRunner): Promise<void> {
  const found = (await runner.query('SELECT to_regnamespace($1) AS schema', [SCHEMA])) as {
    schema: unknown;
  }[];
  // Where it is there already, the right to make schemas is not needed.
  if (!found[0]?.schema) await runner.query(`CREATE SCHEMA ${SCHEMA}`);
}

async function refuseNewer(executor: MigrationExecutor, source: DataSource): Promise<void> {
  const known = source.migrations.map(({ name }) => name);
  const done = (await executor.getExecutedMigrations()).map(({ name }) => name);
  const unknown = done.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Failure(
    'metadata.newer-schema',
    `the database has tables of a newer version: ${unknown.join(', ')}`,
    {
      unknown,
    },
  );
}
