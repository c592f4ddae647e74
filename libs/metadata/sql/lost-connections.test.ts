import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { startEmbeddedPostgres } from '#embedded-postgres';
import { query, sharedPostgres } from '#embedded-postgres/testing';
import { isFailure, silentLogger, systemClock } from '#kernel';
import { aRun } from '#metadata/testing';
import { withTemporaryDirectory } from '#test/support';
import { freshMetadata, type FreshMetadata } from './fresh-metadata.fixture.js';
import { sqlMetadata } from './sql-metadata.js';

const KILL = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;
const UNAVAILABLE = { name: 'Failure', code: 'metadata.unavailable' };

describe('metadata that lose their connection', () => {
  let fresh: FreshMetadata;
  before(async () => {
    fresh = await freshMetadata();
  });
  after(() => fresh.close());

  const kill = () => query(fresh.url, KILL);
  const works = async () => {
    const run = aRun();
    await fresh.metadata.transaction(({ runs }) => runs.insert(run));
    assert.deepEqual(await fresh.metadata.transaction(({ runs }) => runs.get(run.id)), run);
  };

  it('go on with others when idle ones are cut', async () => {
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(Array.from({ length: 10 }, works));
      await kill();
      await Promise.all(Array.from({ length: 10 }, works));
    }
  });

  it('reject what was under way, and leave nothing of it', async () => {
    const run = aRun();
    const cut = fresh.metadata.transaction(async ({ runs }) => {
      await runs.insert(run);
      await kill();
      await runs.get(run.id);
    });
    await assert.rejects(cut, UNAVAILABLE);
    assert.equal(await fresh.metadata.transaction(({ runs }) => runs.get(run.id)), undefined);
    await works();
  });

  it('reject when the answer to a commit does not come', async () => {
    const run = aRun();
    const cut = fresh.metadata.transaction(async ({ runs }) => {
      await runs.insert(run);
      await kill();
    });
    await assert.rejects(cut, UNAVAILABLE);
    await works();
  });

  it('recover when all are cut while many work', async () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      fresh.metadata.transaction(async ({ runs }) => {
        await runs.insert(aRun());
        if (index === 5) await kill();
        await runs.list({ where: { states: ['claimed'] }, limit: 1 });
      }),
    );
    const settled = await Promise.allSettled(many);
    const codes = settled.flatMap((one) =>
      one.status === 'rejected' ? [(one.reason as { code: string }).code] : [],
    );
    assert.ok(codes.length > 0);
    assert.deepEqual([...new Set(codes)], ['metadata.unavailable']);
    await Promise.all(Array.from({ length: 20 }, works));
  });

  it('leave a connection on which no answer comes', async () => {
    const impatient = await freshMetadata({ statementTimeoutMs: 200, poolSize: 1 });
    const run = aRun();
    const pids: number[] = [];
    try {
      const hanging = impatient.metadata.transaction(async ({ runs }) => {
        await runs.insert(run);
        pids.push(...(await backendsOf(impatient.url)));
        for (const pid of pids) process.kill(pid, 'SIGSTOP');
        await runs.get(run.id);
      });
      await assert.rejects(hanging, UNAVAILABLE);
      assert.equal(pids.length, 1);
      assert.equal(await impatient.metadata.transaction(({ runs }) => runs.get(run.id)), undefined);
      assert.notDeepEqual(await backendsOf(impatient.url), pids);
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
      await impatient.close();
    }
  });

  it('say that nobody listens, that the password is wrong, or that there is no such database', async () => {
    const url = (change: (url: URL) => void) => {
      const changed = new URL(fresh.url);
      change(changed);
      return changed.href;
    };
    const wrong: [url: string, said: RegExp][] = [
      [url((u) => (u.port = '1')), /ECONNREFUSED/],
      [url((u) => (u.password = 'my-own-password')), /password authentication failed/],
      [url((u) => (u.pathname = '/nowhere')), /"nowhere" does not exist/],
    ];
    for (const [wrongUrl, said] of wrong) {
      const metadata = await sqlMetadata({ url: wrongUrl, logger: silentLogger, clock: systemClock });
      const password = new URL(wrongUrl).password;
      const calls = [
        () => metadata.ready(),
        () => metadata.migrate(),
        () => metadata.transaction(async () => 1),
      ];
      for (const call of calls) {
        await assert.rejects(call(), (error: Error) => {
          assert.ok(isFailure(error, 'metadata.unavailable'));
          assert.match(error.message, said);
          assert.ok(!inspect(error, { depth: 20, showHidden: true }).includes(password));
          return true;
        });
      }
      await metadata.close();
    }
  });

  it('answer again when the server is there again', async function () {
    this.timeout(60_000);
    await withTemporaryDirectory(async (directory) => {
      const options = { directory, logger: silentLogger, clock: systemClock };
      const first = await startEmbeddedPostgres(options);
      const metadata = await sqlMetadata({ url: first.url, logger: silentLogger, clock: systemClock });
      try {
        await metadata.migrate();
        const run = aRun();
        await metadata.transaction(({ runs }) => runs.insert(run));
        await first.close();
        await assert.rejects(metadata.ready(), UNAVAILABLE);
        await assert.rejects(
          metadata.transaction(({ runs }) => runs.get(run.id)),
          UNAVAILABLE,
        );
        await using second = await startEmbeddedPostgres({ ...options, port: first.connection.port });
        await metadata.ready();
        assert.equal(second.url, first.url);
        assert.deepEqual(await metadata.transaction(({ runs }) => runs.get(run.id)), run);
        await metadata.close();
      } finally {
        await metadata.close();
        await first.close();
      }
    });
  });

  it('need no database before they are used', async () => {
    const shared = await sharedPostgres();
    await using database = await shared.createDatabase();
    const metadata = await sqlMetadata({ url: database.url, logger: silentLogger, clock: systemClock });
    await metadata.close();
    await assert.rejects(metadata.ready(), UNAVAILABLE);
  });
});

async function backendsOf(url: string): Promise<number[]> {
  const sql = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  return (await query(url, sql)).map(({ pid }) => Number(pid));
}
