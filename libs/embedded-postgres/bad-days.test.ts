import assert from 'node:assert/strict';
import { existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { query } from '#embedded-postgres/testing';
import { isFailure, systemClock, type Clock } from '#kernel';
import { serverProcesses } from './server-processes.js';
import { pidIn, started, startedElsewhere, States, until, urlFrom } from './states.fixture.js';

describe('an embedded PostgreSQL on bad days', () => {
  let states: States;
  before(async () => (states = await States.open()));
  after(() => states.remove());

  it('answers again on the same port after kill -9, with every row that it had acknowledged', async () => {
    const directory = await states.used();
    await using db = await started(directory);
    await query(db.url, 'CREATE TABLE rows (n int)');
    let acknowledged = 0;
    const writer = (async () => {
      for (;;) {
        await query(db.url, 'INSERT INTO rows VALUES ($1)', [acknowledged + 1]);
        acknowledged += 1;
      }
    })();
    await until(() => acknowledged >= 20, 'there are rows');
    process.kill(await pidIn(directory), 'SIGKILL');
    await assert.rejects(writer);
    await until(() => db.restarts === 1, 'it has been restarted');
    const [row] = await query(db.url, 'SELECT count(*)::int AS n FROM rows');
    const found = Number(row?.['n']);
    // The one that was on its way may be there, too.
    assert.ok(found === acknowledged || found === acknowledged + 1, `${found} of ${acknowledged}`);
  });

  it('is given up when it dies again and again, says so, and leaves nothing', async () => {
    const directory = await states.used();
    const db = await started(directory, { clock: hasty });
    let failure: Error | undefined;
    void db.failed.then((given) => (failure = given));
    for (let killed = 1; killed <= 5; killed += 1) {
      process.kill(await pidIn(directory), 'SIGKILL');
      await until(() => db.restarts === killed || failure !== undefined, `it is restarted ${killed} times`);
    }
    assert.equal(db.restarts, 4);
    assert.ok(isFailure(failure, 'platform.database-failed'));
    assert.deepEqual(serverProcesses(directory), []);
    await db.close();
    await (await started(directory)).close();
  });

  it('can be closed while it is being restarted', async () => {
    const directory = await states.used();
    const db = await started(directory);
    process.kill(await pidIn(directory), 'SIGKILL');
    await db.close();
    assert.deepEqual(serverProcesses(directory), []);
  });

  it('ends what a killed process of Firn has left running, and loses nothing of it', async () => {
    const directory = await states.used();
    const other = await startedElsewhere(directory);
    await query(await urlFrom(other), 'CREATE TABLE left_behind AS SELECT 7 AS n');
    const orphan = await pidIn(directory);
    process.kill(other.pid, 'SIGKILL');
    await other.ended;
    assert.ok(serverProcesses(directory).some(({ pid }) => pid === orphan));

    await using db = await started(directory);
    assert.ok(!serverProcesses(directory).some(({ pid }) => pid === orphan));
    assert.deepEqual(await query(db.url, 'SELECT n FROM left_behind'), [{ n: 7 }]);
  });

  it('does not outlive a process of Firn that ends without closing it', async () => {
    const directory = await states.used();
    const other = await startedElsewhere(directory, { atEnd: 'exit' });
    await urlFrom(other);
    other.stdin!.end();
    assert.deepEqual(await other.ended, { code: 3, signal: undefined });
    await until(() => serverProcesses(directory).length === 0, 'the server has ended');
  });

  it('starts after a power cut, whoever has the number of the former server now', async () => {
    const directory = await states.used();
    const other = await startedElsewhere(directory);
    await urlFrom(other);
    const former = await pidIn(directory);
    process.kill(other.pid, 'SIGKILL');
    process.kill(former, 'SIGKILL');
    await other.ended;
    await until(() => serverProcesses(directory).length === 0, 'all is gone');
    await (await started(directory)).close();

    const data = path.join(directory, 'data');
    const note = [process.pid, data, 1_700_000_000, 5432, '', '127.0.0.1', '  1 2', 'ready   ', ''].join(
      '\n',
    );
    writeFileSync(path.join(data, 'postmaster.pid'), note);
    await (await started(directory)).close();
  });

  it('begins anew when the process that made the database was killed', async () => {
    const directory = states.fresh();
    const other = await startedElsewhere(directory);
    const making = () =>
      existsSync(directory) && readdirSync(directory).some((name) => name.startsWith('new-'));
    await until(making, 'the database is being made');
    process.kill(other.pid, 'SIGKILL');
    await other.ended;
    assert.ok(!existsSync(path.join(directory, 'data')));

    await using db = await started(directory);
    assert.deepEqual(await query(db.url, 'SELECT 1 AS one'), [{ one: 1 }]);
    assert.ok(!making());
  });

  it('can be called off while the database is being made', async () => {
    const directory = states.fresh();
    const controller = new AbortController();
    const reason = new Error('enough');
    const making = started(directory, { signal: controller.signal });
    void until(() => serverProcesses(directory).length > 0, 'it has begun').then(() =>
      controller.abort(reason),
    );
    await assert.rejects(making, (error) => error === reason);
    assert.deepEqual(serverProcesses(directory), []);
    assert.deepEqual(readdirSync(directory).sort(), ['layout.json', 'password']);
  });

  it('says the last words of a server that cannot start', async () => {
    const directory = await states.used();
    truncateSync(path.join(directory, 'data', 'global', 'pg_control'), 10);
    await assert.rejects(
      started(directory),
      (e) => isFailure(e, 'platform.database-failed') && /pg_control/.test(e.message),
    );
    assert.deepEqual(serverProcesses(directory), []);
  });
});

/** Waits pass ten times as fast. */
const hasty: Clock = {
  now: () => systemClock.now(),
  sleep: (ms, signal) => systemClock.sleep(ms / 10, signal),
};
