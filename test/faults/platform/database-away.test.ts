import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#embedded-postgres';
import { freePort, temporaryDirectory, type TemporaryDirectory } from '#host';
import { isFailure, silentLogger, systemClock } from '#kernel';
import { PlatformFixture, type ServiceProcess } from '#test/support';
import { Gate } from './gate.js';
import { postgresIn } from './postgres-processes.js';
import { EXECUTED, toldRun } from './told-run.js';

describe('a database that is away', function () {
  this.timeout(180_000);
  let place: TemporaryDirectory;
  let database: EmbeddedPostgres;
  let platform: PlatformFixture;
  before(async () => {
    place = await temporaryDirectory('firn-database-test-');
    chmodSync(place.path, 0o711);
    database = await startEmbeddedPostgres({
      directory: place.path,
      clock: systemClock,
      logger: silentLogger,
    });
    const env = { apiEnv: { DATABASE_URL: database.url }, leaseSeconds: 3 };
    platform = await PlatformFixture.prepare(env);
    await database.close();
  });
  after(async () => {
    await platform[Symbol.asyncDispose]();
    await database.close();
    await place.remove();
  });

  /** The same one again, on the same port. */
  async function databaseComes(): Promise<void> {
    const { port } = database.connection;
    database = await startEmbeddedPostgres({
      ...{ directory: place.path, port, clock: systemClock, logger: silentLogger },
    });
  }

  function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${platform.apiUrl}${path}`, { headers });
  }

  it('at the start is waited for, which the log says; nothing is answered before it comes', async () => {
    const api = await platform.startApi({ answering: false });
    const told = await api.told('database away');
    assert.equal(told['level'], 'warn');
    assert.match(String(told['failure']), /ECONNREFUSED 127\.0\.0\.1:\d+/);
    assert.ok(Number(told['waitsSeconds']) > 30);
    await assert.rejects(get('/healthz'), 'nobody listens yet');
    await assert.rejects(platform.api.jobs.list(), (error) => isFailure(error, 'api.unreachable'));

    await databaseComes();
    await api.told('listening');
    const ready = await get('/readyz');
    assert.equal(ready.status, 200);
    assert.equal((await platform.api.jobs.list()).total, 0);
    assertKeptSecret(api);
  });

  it('for longer than a lease while a job runs delays its report, and nothing else', async () => {
    await (await platform.startScheduler()).told('registered');
    const gate = new Gate(platform, 'outage');
    const job = await platform.makeJob([gate.action]);
    await gate.begun();
    const { token } = await platform.api.logIn('admin', 'a password for tests');

    await database.close();
    const gone = systemClock.now().getTime();
    const authorization = { authorization: `Bearer ${token}` };
    const answer = await get('/api/v1/jobs', authorization);
    assert.deepEqual(
      [answer.status, answer.headers.get('content-type')],
      [503, 'application/problem+json; charset=utf-8'],
    );
    const problem = (await answer.json()) as Record<string, unknown>;
    assert.deepEqual([problem['code'], problem['status']], ['metadata.unavailable', 503]);
    assert.equal((await get('/healthz')).status, 200);
    const ready = await get('/readyz');
    const parts = ((await ready.json()) as { parts: Record<string, { ready: boolean }> }).parts;
    assert.deepEqual([ready.status, parts['database']?.ready], [503, false]);

    gate.open();
    await platform.journalled(job.id, ({ phase }) => phase === 'ended');
    await platform.until('the lease has ended twice', async () =>
      systemClock.now().getTime() - gone > 8000 ? true : undefined,
    );
    assert.equal((await get('/api/v1/jobs', authorization)).status, 503);

    await databaseComes();
    await platform.runOf(job.id);
    assert.deepEqual((await platform.runsOf(job.id)).map(toldRun), [EXECUTED]);
    assert.deepEqual(gate.diary, ['begun', 'done']);
    await platform.until('the API is ready', async () => (await get('/readyz')).ok || undefined);
    const next = await platform.makeJob([gate.action]);
    await platform.runOf(next.id);
    assertKeptSecret(platform.apiProcess);
  });

  it('as it hangs is told by /readyz, which does not hang with it', async () => {
    const { all } = postgresIn(place.path);
    all.forEach((pid) => process.kill(pid, 'SIGSTOP'));
    try {
      const begun = systemClock.now().getTime();
      const ready = await get('/readyz');
      const tookMs = systemClock.now().getTime() - begun;
      assert.equal(ready.status, 503);
      assert.ok(tookMs < 8000, `${tookMs} ms`);
      assert.equal((await get('/healthz')).status, 200);
    } finally {
      all.forEach((pid) => process.kill(pid, 'SIGCONT'));
    }
    await platform.until('the API is ready', async () => (await get('/readyz')).ok || undefined);
  });

  it('for good ends the API after its patience, with exit code 8', async () => {
    const url = `postgresql://firn:very-secret@127.0.0.1:${await freePort()}/firn`;
    await using other = await PlatformFixture.prepare({
      ...{ apiEnv: { DATABASE_URL: url }, apiArgs: ['--database-wait-seconds=2'] },
    });
    const api = await other.startApi({ answering: false });
    assert.deepEqual(await api.exit, { code: 8, signal: undefined });
    const last = api.log.at(-1);
    assert.deepEqual([last?.['msg'], last?.['code']], ['ended', 'metadata.unavailable']);
    assert.ok(!JSON.stringify([api.out, api.log]).includes('very-secret'));
    assert.deepEqual(api.out, []);
  });

  function assertKeptSecret(service: ServiceProcess): void {
    const { password } = database.connection;
    assert.ok(!JSON.stringify([service.out, service.log]).includes(password), 'the password is not told');
  }
});
