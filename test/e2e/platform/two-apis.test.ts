import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { query, sharedPostgres, type FreshDatabase } from '#embedded-postgres/testing';
import { systemClock } from '#kernel';
import { startService, type ServiceProcess } from '#test/support';
import { asked } from './asked.js';
import { claimedRun } from './claimed-run.js';
import { startOwnPlatform } from './own-platform.js';

const PASSWORD = 'a password for tests';

/** `firn-api` on a port of its own choice. */
function startApi(databaseUrl: string, ...args: readonly string[]): Promise<ServiceProcess> {
  const env = { DATABASE_URL: databaseUrl, FIRN_ADMIN_PASSWORD: PASSWORD };
  return startService('api', ['--port=0', '--state-dir=/nonexistent', ...args], { env });
}

async function urlOf(api: ServiceProcess): Promise<string> {
  return String((await api.told('listening'))['url']);
}

async function logIn(url: string): Promise<string> {
  const body = { username: 'admin', password: PASSWORD };
  const answer = await asked(url, 'POST /api/v1/tokens', { body });
  assert.equal(answer.status, 201, answer.text);
  return String(answer.body['token']);
}

describe('two APIs on one database that start at the same moment', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  let apis: readonly ServiceProcess[] = [];
  let urls: readonly string[];

  before(async () => {
    database = await (await sharedPostgres()).createDatabase();
    apis = await Promise.all([startApi(database.url), startApi(database.url)]);
    urls = await Promise.all(apis.map(urlOf));
  });
  after(async () => {
    await Promise.all(apis.map((api) => api.stop()));
    await database?.drop();
  });

  it('make its tables and its administrator once', async () => {
    const told = (words: string) =>
      apis.flatMap(({ log }) => log.filter(({ msg }) => msg === words)).map(({ migration }) => migration);
    const migrations = told('database migrated');
    assert.ok(migrations.length > 0);
    assert.deepEqual(migrations, [...new Set(migrations)]);
    assert.equal(told('administrator made').length, 1);
    const users = await query(database.url, 'SELECT name FROM firn.users');
    assert.deepEqual(users, [{ name: 'admin' }]);
  });

  it('take the tokens of each other', async () => {
    for (const [one, other] of [urls, urls.toReversed()]) {
      const answer = await asked(other!, 'GET /api/v1/tokens/current', { token: await logIn(one!) });
      assert.deepEqual([answer.status, answer.body['name']], [200, 'admin']);
    }
  });

  it('show at once what the other has been told', async () => {
    const token = await logIn(urls[0]!);
    const body = { clientId: 'web1', hostname: 'web1' };
    assert.equal((await asked(urls[0]!, 'POST /api/v1/clients', { token, body })).status, 201);
    assert.equal((await asked(urls[1]!, 'GET /api/v1/clients/web1', { token })).status, 200);
  });

  it('go on alone when the other stops', async () => {
    const token = await logIn(urls[0]!);
    assert.deepEqual(await apis[0]!.stop(), { code: 0, signal: undefined });
    assert.equal((await asked(urls[1]!, 'GET /api/v1/clients/web1', { token })).status, 200);
    assert.equal((await asked(urls[1]!, 'GET /readyz')).status, 200);
  });
});

describe('an API that only answers, and one that only works', function () {
  this.timeout(60_000);

  it('do together what one does alone', async () => {
    await using own = await startOwnPlatform({
      ...{ scheduler: false, leaseSeconds: 1, apiArgs: ['--roles=http'] },
    });
    const { platform } = own;
    const id = await claimedRun(platform);
    await systemClock.sleep(1500);
    // Nobody is there whose duty it is.
    assert.equal((await platform.api.runs.get(id)).state, 'claimed');
    assert.equal(
      platform.apiProcess.log.find(({ msg }) => msg === 'working'),
      undefined,
    );

    await using worker = await startApi(own.databaseUrl, '--roles=worker', '--lease-seconds=1');
    await worker.told('working');
    await platform.until('the run is given up', async () => {
      const { state } = await platform.api.runs.get(id);
      return state === 'lost' || undefined;
    });
    assert.equal(
      worker.log.find(({ msg }) => msg === 'listening'),
      undefined,
    );
    assert.deepEqual(worker.out, []);
    assert.deepEqual(await worker.stop(), { code: 0, signal: undefined });
  });
});
