import assert from 'node:assert/strict';
import { chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { EmbeddedPostgres } from '#embedded-postgres';
import { query } from '#embedded-postgres/testing';
import { freePort } from '#host';
import { isFailure, monotonicMs } from '#kernel';
import { isRoot, nobodyCanRun, requireProgram, skipBecause } from '#test/support';
import { serverProcesses } from './server-processes.js';
import { pidIn, started, startedElsewhere, States, urlFrom } from './states.fixture.js';

const NOBODY = 65_534;

describe('an embedded PostgreSQL', () => {
  let states: States;
  before(async () => (states = await States.open()));
  after(() => states.remove());

  it('makes its database on the first start, and has rows, password and port again on the second', async () => {
    const directory = states.fresh();
    const first = await started(directory);
    await query(first.url, 'CREATE TABLE kept (word text)');
    await query(first.url, 'INSERT INTO kept VALUES ($1)', ['grüße']);
    await first.close();
    await first.close();
    assert.deepEqual(serverProcesses(directory), []);

    await using second = await started(directory);
    assert.deepEqual(second.connection, first.connection);
    assert.deepEqual(await query(second.url, 'SELECT word FROM kept'), [{ word: 'grüße' }]);
  });

  describe('while it runs', () => {
    let directory: string;
    let db: EmbeddedPostgres;
    before(async () => {
      directory = await states.used();
      db = await started(directory);
    });
    after(() => db.close());

    it('writes to disk before it answers, checks its pages, and holds text as UTF-8', async () => {
      const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'server_encoding'];
      const columns = names.map((name) => `current_setting('${name}') AS ${name}`).join();
      const [row] = await query(db.url, `SELECT ${columns}`);
      assert.deepEqual(Object.values(row!), ['on', 'on', 'on', 'on', 'UTF8']);
    });

    it('is reached over the loopback address only, with the password only', async () => {
      assert.deepEqual(await query(db.url, 'SHOW listen_addresses'), [{ listen_addresses: '127.0.0.1' }]);
      const wrong = new URL(db.url);
      wrong.password = 'guessed';
      await assert.rejects(query(wrong.href, 'SELECT 1'), /password authentication failed/);
    });

    it('keeps its password where only we can read it, and out of the list of processes', () => {
      assert.equal(statSync(path.join(directory, 'password')).mode & 0o777, 0o600);
      const found = serverProcesses(directory);
      assert.ok(found.length > 0);
      for (const { pid } of found) assert.ok(!wordsOf(pid).includes(db.connection.password));
    });

    it('does not run as root', async () => {
      assert.notEqual(statSync(`/proc/${await pidIn(directory)}`).uid, 0);
    });
  });

  it('stays with the user in whose directory it is, also when root uses it in between', async function () {
    if (!isRoot()) skipBecause(this, 'only root can be two users');
    if (!nobodyCanRun()) skipBecause(this, 'nobody cannot run this build');
    requireProgram(this, 'setpriv');
    const directory = states.fresh();
    mkdirSync(directory, { mode: 0o700 });
    chownSync(directory, NOBODY, NOBODY);
    for (const asNobody of [true, false, true]) {
      const other = await startedElsewhere(directory, { asNobody });
      await urlFrom(other);
      assert.equal(statSync(`/proc/${await pidIn(directory)}`).uid, NOBODY);
      other.stdin!.end();
      assert.deepEqual(await other.exit, { code: 0, signal: undefined });
    }
    assert.deepEqual(serverProcesses(directory), []);
  });

  it('answers within a second once it is made', async () => {
    const directory = await states.used();
    const times: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const begun = monotonicMs();
      const db = await started(directory);
      times.push(monotonicMs() - begun);
      await db.close();
    }
    assert.ok(Math.min(...times) < 1000, `took ${times.map(Math.round).join(', ')} ms`);
  });

  it('listens on the port that it is given, or not at all', async () => {
    const directory = await states.used();
    const port = await freePort();
    const db = await started(directory, { port });
    assert.equal(db.connection.port, port);
    await db.close();

    await using other = await started(await states.used());
    const taken = other.connection;
    await assert.rejects(
      started(directory, { port: taken.port }),
      (e) => isFailure(e, 'platform.port-taken') && e.message.includes(`${taken.port}`),
    );
    assert.deepEqual(serverProcesses(directory), []);
  });

  it('takes another port when that of the last time is taken', async () => {
    const directory = await states.used();
    await using other = await started(await states.used());
    const taken = other.connection;
    writeFileSync(path.join(directory, 'port'), `${taken.port}\n`);
    await using db = await started(directory);
    assert.notEqual(db.connection.port, taken.port);
    assert.deepEqual(await query(db.url, 'SELECT 1 AS one'), [{ one: 1 }]);
  });

  it('has a directory for itself, against this process and others', async () => {
    const directory = await states.used();
    const first = await started(directory);
    await assert.rejects(started(directory), (e) => isFailure(e, 'platform.running'));
    assert.deepEqual(await query(first.url, 'SELECT 1 AS one'), [{ one: 1 }]);
    await first.close();

    const other = await startedElsewhere(directory);
    await urlFrom(other);
    await assert.rejects(
      started(directory),
      (e) => isFailure(e, 'platform.running') && e.message.includes(directory),
    );
    other.stdin!.end();
    assert.deepEqual(await other.exit, { code: 0, signal: undefined });
    await (await started(directory)).close();
  });
});

/** Servers have children that come and go. */
function wordsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
