import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { query, sharedPostgres, type FreshDatabase } from '#embedded-postgres/testing';
import { silentLogger, systemClock } from '#kernel';
import { aRun } from '#metadata/testing';
import { dataSource } from './data-source.js';
import { MIGRATIONS } from './migrations/index.js';
import { sqlMetadata, type SqlMetadata } from './sql-metadata.js';

describe('migrations', () => {
  let database: FreshDatabase;
  const opened: SqlMetadata[] = [];
  beforeEach(async () => {
    database = await (await sharedPostgres()).createDatabase();
  });
  afterEach(async () => {
    for (const metadata of opened.splice(0)) await metadata.close();
    await database.drop();
  });

  const open = async (url = database.url) => {
    const metadata = await sqlMetadata({ url, logger: silentLogger, clock: systemClock });
    opened.push(metadata);
    return metadata;
  };
  const done = () => query(database.url, 'SELECT name FROM firn.migrations ORDER BY id');
  const all = MIGRATIONS.map((migration) => ({ name: new migration().name }));

  it('make the tables once, and change nothing the second time', async () => {
    const metadata = await open();
    await metadata.migrate();
    const run = aRun();
    await metadata.transaction(({ runs }) => runs.insert(run));
    await metadata.migrate();
    assert.deepEqual(await metadata.transaction(({ runs }) => runs.get(run.id)), run);
    assert.deepEqual(await done(), all);
  });

  it('are done once when several processes start at the same time', async () => {
    const processes = await Promise.all([1, 2, 3, 4, 5].map(() => open()));
    await Promise.all(processes.map((metadata) => metadata.migrate()));
    assert.deepEqual(await done(), all);
  });

  it('leave nothing in the schema of other programs', async () => {
    await (await open()).migrate();
    const tables =
      "SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)'";
    assert.deepEqual(await query(database.url, tables), [{ schemaname: 'firn' }]);
  });

  it('make exactly what the rows are declared to be', async () => {
    await (await open()).migrate();
    const source = dataSource({ url: database.url, poolSize: 1, onIdleError: () => undefined });
    await source.initialize();
    try {
      const { upQueries } = await source.driver.createSchemaBuilder().log();
      assert.deepEqual(
        upQueries.map((difference) => difference.query),
        [],
      );
    } finally {
      await source.destroy();
    }
  });

  it('refuse a database of a newer version, and leave it alone', async () => {
    const metadata = await open();
    await metadata.migrate();
    const newer =
      "INSERT INTO firn.migrations (timestamp, name) VALUES (2000000000000, 'FromTheFuture2000000000000')";
    await query(database.url, newer);
    await assert.rejects(metadata.migrate(), { code: 'metadata.newer-schema', message: /FromTheFuture/ });
    assert.equal((await done()).length, all.length + 1);
  });

  it('leave nothing when they fail, and can be done again', async () => {
    await query(database.url, 'CREATE SCHEMA firn');
    await query(database.url, 'CREATE TABLE firn.users (id int)');
    const metadata = await open();
    await assert.rejects(metadata.migrate(), { code: 'metadata.failed' });
    const tables = await query(
      database.url,
      "SELECT tablename FROM pg_tables WHERE schemaname = 'firn' ORDER BY 1",
    );
    assert.deepEqual(tables, [{ tablename: 'migrations' }, { tablename: 'users' }]);
    await query(database.url, 'DROP TABLE firn.users');
    await metadata.migrate();
    assert.deepEqual(await done(), all);
  });

  it('need no right to make schemas where there is one', async () => {
    const role = `firn_${randomBytes(6).toString('hex')}`;
    const url = new URL(database.url);
    await query(database.url, `CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    try {
      await query(database.url, `CREATE SCHEMA firn AUTHORIZATION ${role}`);
      url.username = role;
      url.password = 'secret';
      await (await open(url.href)).migrate();
      assert.deepEqual(await done(), all);
    } finally {
      for (const metadata of opened.splice(0)) await metadata.close();
      await query(database.url, `DROP OWNED BY ${role} CASCADE`);
      await query(database.url, `DROP ROLE ${role}`);
    }
  });
});
