import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { query, sharedPostgres, type FreshDatabase } from '#embedded-postgres/testing';
import { silentLogger, systemClock } from '#kernel';
import { startEndingPostgres } from '#test/support';
import { Diary } from '../testing/diary.js';
import { describeQueueContract, until } from '../testing/index.js';
import { postgresQueue } from './index.js';
import { logLines } from './log-lines.fixture.js';

const CONNECTIONS = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'firn-queue'`;
const KILLED = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE application_name = 'firn-queue' AND datname = current_database()`;

describe('the queue on PostgreSQL', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  let names = 0;

  before(async () => {
    database = await (await sharedPostgres()).createDatabase();
  });
  after(() => database?.drop());

  const open = (name: string) => postgresQueue({ url: database.url, name, logger: silentLogger });
  const away = () => postgresQueue({ url: 'postgresql://nobody@127.0.0.1:1/none', logger: silentLogger });

  describeQueueContract('the queue on PostgreSQL', async () => {
    const name = `contract ${(names += 1)}`;
    const queue = open(name);
    return { queue, second: async () => open(name), away, close: () => queue.close() };
  });

  it('keeps everything in a schema of its own', async () => {
    const queue = open('schema');
    await queue.add('settle', {});
    await queue.close();
    const rows = await query(
      database.url,
      `SELECT DISTINCT table_schema AS schema FROM information_schema.tables
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    assert.deepEqual(rows, [{ schema: 'bullmq' }]);
  });

  it('holds four connections at most, however many duties there are', async () => {
    const queue = open('connections');
    const diary = new Diary(() => systemClock.sleep(5));
    const duties = Array.from({ length: 12 }, (_, n) => `duty ${n}`);
    await queue.work(Object.fromEntries(duties.map((duty) => [duty, diary.handler])));
    await Promise.all(duties.map((duty) => queue.repeat(duty, 50)));
    await diary.reaches(100);
    const [row] = await query(database.url, CONNECTIONS);
    assert.ok((row?.['count'] as number) <= 4, `${String(row?.['count'])} connections`);
    await queue.close();
    await until('all are closed', async () => (await query(database.url, CONNECTIONS))[0]?.['count'] === 0);
  });

  it('works on when its connections are killed, idle or not, and tells it once', async function () {
    this.timeout(150_000);
    const { lines, logger } = logLines();
    const queue = postgresQueue({ url: database.url, name: 'killed', logger });
    const [sweep, settle] = [new Diary(), new Diary(() => systemClock.sleep(5))];
    await queue.work({ sweep: sweep.handler, settle: settle.handler });
    await queue.repeat('sweep', 100);
    await sweep.reaches(2);
    for (let n = 0; n < 5; n += 1) {
      const turns = sweep.calls.length;
      for (let i = 0; i < 10; i += 1) await queue.add('settle', { n: n * 10 + i });
      await query(database.url, KILLED);
      await sweep.reaches(turns + 3);
    }
    await until('all is done', async () => (await queue.counts()).waiting === 0);
    // One that was handed out and lost on the way is taken for stalled after a while.
    const everyOne = () => new Set(settle.calls.map((call) => call.payload['n'])).size === 50;
    await until('every one was called', everyOne, 110_000);
    await queue.close();
    // That a duty was done can be stored, and the answer lost; BullMQ then finds no duty to store it of.
    const told = lines.map((line) => line.msg).filter((words) => words !== 'queue trouble');
    assert.deepEqual(told.slice(0, 2), ['queue server lost', 'queue server back']);
    assert.ok(told.length <= 4, told.join(', '));
  });

  it('hears of new duties when the connection it listens on was killed while it was idle', async () => {
    const queue = open('listening');
    const diary = new Diary();
    await queue.work({ settle: diary.handler });
    await queue.add('settle', {});
    await diary.reaches(1);
    await systemClock.sleep(50);
    await query(database.url, KILLED);
    await until('the queue answers', () =>
      queue.ready().then(
        () => true,
        () => false,
      ),
    );
    await queue.add('settle', {});
    await diary.reaches(2);
    await queue.close();
  });

  it('closes while it waits for somebody else who asks for the same', async () => {
    const queue = open('closing');
    await queue.repeat('sweep', 60_000);
    const other = query(
      database.url,
      `SELECT pg_advisory_lock(hashtextextended('closing/sweep!', 0)), pg_sleep(5)`,
    );
    const held = `SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND granted`;
    await until('the other one is first', async () => (await query(database.url, held))[0]?.['count'] === 1);
    const asked = assert.rejects(queue.repeat('sweep', 1000), { code: 'queue.unavailable' });
    const waiting = `SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
    await until('the queue waits', async () => (await query(database.url, waiting))[0]?.['count'] === 1);
    let isOtherDone = false;
    const otherEnds = other.then(() => (isOtherDone = true));
    await queue.close();
    assert.equal(isOtherDone, false);
    await Promise.all([asked, otherEnds]);
  });

  it('starts when its database comes to be, though it was asked before', async () => {
    const url = new URL(database.url);
    const late = `${url.pathname.slice(1)}_late`;
    url.pathname = `/${late}`;
    const queue = postgresQueue({ url: url.href, logger: silentLogger });
    await assert.rejects(queue.ready(), { code: 'queue.unavailable' });
    await query(database.url, `CREATE DATABASE ${late} TEMPLATE template0`);
    await queue.ready();
    await queue.close();
    await query(database.url, `DROP DATABASE ${late}`);
  });

  it('closes while the database refuses everybody, with a duty in hand', async () => {
    const shared = await (await sharedPostgres()).createDatabase();
    const name = new URL(shared.url).pathname.slice(1);
    const queue = postgresQueue({ url: shared.url, logger: silentLogger });
    const gate = Promise.withResolvers<void>();
    const diary = new Diary(() => gate.promise);
    await queue.work({ settle: diary.handler, idle: diary.handler });
    await queue.add('settle', {});
    await diary.reaches(1);
    await query(database.url, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await query(
      database.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
    );
    gate.resolve();
    await queue.close();
    await shared.drop();
  });

  // An error that no listener hears ends the process; under load this met one connection of some hundreds.
  it('survives that connections are ended in the moment in which they come to be', async () => {
    await using front = await startEndingPostgres(database.url);
    const queue = postgresQueue({ url: front.url, name: 'greeting', logger: silentLogger });
    const diary = new Diary();
    await queue.work({ settle: diary.handler });
    await queue.add('settle', {});
    await diary.reaches(1);
    front.speaks = 'at the greeting';
    await query(database.url, KILLED);
    await until('some were ended', () => front.spoken >= 5);
    front.speaks = 'never';
    await until('the queue answers', () =>
      queue.add('settle', {}).then(
        () => true,
        () => false,
      ),
    );
    await diary.reaches(2);
    await queue.close();
  });

  it('survives that connections are ended in the moment in which it closes them', async () => {
    await using front = await startEndingPostgres(database.url);
    const queue = postgresQueue({ url: front.url, name: 'goodbye', logger: silentLogger });
    const diary = new Diary();
    await queue.work({ settle: diary.handler });
    await queue.add('settle', {});
    await diary.reaches(1);
    front.speaks = 'at the goodbye';
    await queue.close();
    await until('all were ended', () => front.spoken >= 2);
  });
});
