import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { query, sharedPostgres } from '#embedded-postgres/testing';
import { monotonicMs } from '#kernel';

describe('the shared PostgreSQL of tests', () => {
  it('gives each who asks a database of his own, on one server', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(async () => (await sharedPostgres()).createDatabase()),
    );
    await query(first!.url, 'CREATE TABLE mine (n int)');
    assert.deepEqual(await query(second!.url, "SELECT to_regclass('mine') AS found"), [{ found: null }]);
    assert.equal(new URL(first!.url).port, new URL(second!.url).port);
    await Promise.all([first!.drop(), second!.drop()]);
    await assert.rejects(query(first!.url, 'SELECT 1'), /does not exist/);
  });

  it('is quick once it has been started', async () => {
    const shared = await sharedPostgres();
    const took: number[] = [];
    // A busy machine may be slow now and then; a server that has to be started is slow each time.
    for (let times = 0; times < 3; times += 1) {
      const before = monotonicMs();
      await using database = await shared.createDatabase();
      assert.deepEqual(await query(database.url, 'SELECT 1 AS one'), [{ one: 1 }]);
      took.push(monotonicMs() - before);
    }
    assert.ok(Math.min(...took) < 2000, took.join(' '));
  });
});
