import assert from 'node:assert/strict';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { describe, it } from 'mocha';
import { freePort } from '#host';
import { systemClock } from '#kernel';
import { query, sharedPostgres } from '#embedded-postgres/testing';
import { withTemporaryDirectory as inTemporaryDirectory } from '#test/support';
import { startApiProcess, type ApiProcess } from './testing/api-process.js';
import { ask } from './testing/ask.js';

const ANY_PORT = ['--port', '0'];

// Real processes: what a person or a service manager sees.
describe('firn-api', function () {
  this.timeout(120_000);

  it('prints its help and its version', async () => {
    await using help = await startApiProcess(['--help']);
    assert.equal((await help.exit).code, 0);
    const text = help.out.join('\n');
    for (const word of ['--state-dir', '--port', '--roles', 'DATABASE_URL'])
      assert.ok(text.includes(word), word);
    await using version = await startApiProcess(['--version']);
    await version.exit;
    assert.match(version.out[0] ?? '', /^\d+\.\d+\.\d+$/);
  });

  const wrong: readonly [args: readonly string[], env: Record<string, string>, words: RegExp][] = [
    [['--prot', '1'], {}, /^input\.unknown-option: .*--prot.*did you mean "--port"/],
    [['--port', 'x'], {}, /^input\.invalid: --port: "x" is not a port/],
    [['serve'], {}, /^input\.invalid/],
    [['--roles', 'web'], {}, /^input\.invalid: --roles: /],
    [[], { DATABASE_URL: 'mysql://secret@host/db' }, /^input\.invalid: DATABASE_URL: /],
  ];
  for (const [args, env, words] of wrong) {
    it(`ends with exit code 2 at ${[...args, ...Object.keys(env)].join(' ')}`, async () => {
      await using api = await startApiProcess(args, env);
      assert.equal((await api.exit).code, 2);
      const told = api.log.map(({ msg }) => String(msg)).join('\n');
      assert.match(told, words);
      assert.ok(!told.includes('secret'));
    });
  }

  it('starts with its own database, shows the first password once, and stops cleanly', () =>
    withTemporaryDirectory(async (home) => {
      const args = ['--state-dir', path.join(home, 'state'), ...ANY_PORT];
      const file = path.join(home, 'secrets/scheduler.json');
      await using first = await startApiProcess([...args, '--service-user-file', file]);
      const url = await first.url;
      assert.equal((await ask(url, 'GET /readyz')).status, 200);
      const shown = /^administrator: admin {2}password: (\S{20,}) {2}\(shown once\)$/;
      const password = first.out.map((line) => shown.exec(line)?.[1]).find((found) => found !== undefined);
      assert.ok(password, first.out.join('\n'));
      const login = (on: string) => ask(on, 'POST /api/v1/tokens', { body: { username: 'admin', password } });
      const { status, body } = await login(url);
      assert.equal(status, 201);
      const scheduler = JSON.parse(await readFile(file, 'utf8')) as object;
      assert.equal((await ask(url, 'POST /api/v1/tokens', { body: scheduler })).status, 201);
      await Promise.all([login(url), login(url), login(url)]);
      await assertLean(first);
      first.signal('SIGTERM');
      assert.deepEqual(await first.exit, { code: 0, signal: undefined });
      assert.ok(!JSON.stringify(first.log).includes(password), 'the log shows the password');
      assert.deepEqual(await serversBelow(home), []);

      await using second = await startApiProcess(args);
      const again = await second.url;
      assert.deepEqual(second.out, [`firn-api listens on ${again}`]);
      // Tokens outlive a restart, and so do passwords.
      const { token } = body as { token: string };
      assert.equal((await ask(again, 'GET /api/v1/tokens/current', { token })).status, 200);
      assert.equal((await login(again)).status, 201);
      second.signal('SIGINT');
      assert.equal((await second.exit).code, 0);
    }));

  it('goes on when its database is killed: requests wait or are told 503, and nothing is lost', () =>
    withTemporaryDirectory(async (home) => {
      const passwordFile = path.join(home, 'password');
      const body = { username: 'admin', password: 'correct horse battery' };
      await writeFile(passwordFile, `${body.password}\n`, { mode: 0o600 });
      const state = path.join(home, 'state');
      const args = ['--state-dir', state, ...ANY_PORT, '--admin-password-file', passwordFile];
      await using api = await startApiProcess(args);
      const url = await api.url;
      assert.equal(api.out.length, 1, 'a password that was given is not shown');
      const { token } = (await ask(url, 'POST /api/v1/tokens', { body })).body as { token: string };
      const note = await readFile(path.join(state, 'postgres/data/postmaster.pid'), 'utf8');
      process.kill(Number.parseInt(note), 'SIGKILL');
      const seen = new Set<number>();
      let status: number;
      do {
        ({ status } = await ask(url, 'GET /api/v1/node/jobs?clientId=nobody', { token }));
        seen.add(status);
        await systemClock.sleep(20);
        // Until the killed server's own children are gone, they may still answer.
      } while (status !== 404 || !api.log.some(({ msg }) => msg === 'database restarted'));
      assert.ok(
        [...seen].every((each) => [404, 503].includes(each)),
        [...seen].join(' '),
      );
      assert.equal((await ask(url, 'POST /api/v1/tokens', { body })).status, 201);
      assert.equal((await ask(url, 'GET /healthz')).status, 200);
      api.signal('SIGTERM');
      assert.equal((await api.exit).code, 0);
    }));

  it('gives the administrator another password when asked to, and ends', () =>
    withTemporaryDirectory(async (home) => {
      const args = ['--state-dir', path.join(home, 'state')];
      await using first = await startApiProcess([...args, '--reset-admin-password']);
      assert.deepEqual(await first.exit, { code: 0, signal: undefined });
      const [line = ''] = first.out;
      const [, password = ''] =
        /^administrator: admin {2}password: (\S+) {2}\(shown once\)$/.exec(line) ?? [];
      assert.equal(first.out.length, 1);
      await using api = await startApiProcess([...args, ...ANY_PORT]);
      const body = { username: 'admin', password };
      assert.equal((await ask(await api.url, 'POST /api/v1/tokens', { body })).status, 201);
    }));

  it('ends with exit code 6 when the port is taken, and touches nothing before', () =>
    withTemporaryDirectory(async (home) => {
      const port = await freePort();
      const other = createServer().listen(port, '127.0.0.1');
      const state = path.join(home, 'state');
      await using api = await startApiProcess(['--state-dir', state, '--port', String(port)]);
      assert.equal((await api.exit).code, 6);
      assert.equal((await api.told('ended'))['code'], 'platform.port-taken');
      assert.deepEqual(await readdir(home), []);
      other.close();
    }));

  it('ends with exit code 7 at a state directory of a newer version', () =>
    withTemporaryDirectory(async (home) => {
      await writeFile(path.join(home, 'firn-state.json'), '{"version":99}');
      await using api = await startApiProcess(['--state-dir', home, ...ANY_PORT]);
      assert.equal((await api.exit).code, 7);
      assert.equal((await api.told('ended'))['code'], 'platform.state-newer');
    }));

  it('waits for a database that does not answer, says so, and ends with exit code 8', async () => {
    const DATABASE_URL = `postgres://firn:hunter2@127.0.0.1:${await freePort()}/firn`;
    await using api = await startApiProcess(['--database-wait-seconds', '2', ...ANY_PORT], { DATABASE_URL });
    assert.equal((await api.exit).code, 8);
    assert.ok(await api.told('database away'));
    assert.equal((await api.told('ended'))['code'], 'metadata.unavailable');
    assert.ok(!JSON.stringify(api.log).includes('hunter2'));
  });

  it('stops while it waits, with exit code 0', async () => {
    const DATABASE_URL = `postgres://firn@127.0.0.1:${await freePort()}/firn`;
    await using api = await startApiProcess(ANY_PORT, { DATABASE_URL });
    await api.told('database away');
    api.signal('SIGTERM');
    assert.equal((await api.exit).code, 0);
  });

  it('shares a database with others: one makes the administrator, all take the same tokens', async () => {
    await using database = await (await sharedPostgres()).createDatabase();
    const env = { DATABASE_URL: database.url };
    const apis = await Promise.all(Array.from({ length: 3 }, () => startApiProcess(ANY_PORT, env)));
    try {
      const urls = await Promise.all(apis.map((api) => api.url));
      const passwords = apis.flatMap(({ out }) =>
        out.flatMap((line) => /password: (\S+)/.exec(line)?.[1] ?? []),
      );
      assert.equal(passwords.length, 1);
      const body = { username: 'admin', password: passwords[0] };
      const [first = '', ...others] = urls;
      const { token } = (await ask(first, 'POST /api/v1/tokens', { body })).body as { token: string };
      for (const url of others) {
        assert.equal((await ask(url, 'GET /api/v1/tokens/current', { token })).status, 200);
      }
      const [users] = await query(database.url, 'SELECT count(*)::int AS n FROM firn.users');
      assert.deepEqual(users, { n: 1 });
    } finally {
      for (const api of apis) api.signal('SIGTERM');
      for (const api of apis) assert.equal((await api.exit).code, 0);
    }
  });

  it('does only duties as a worker, and needs no port', async () => {
    await using database = await (await sharedPostgres()).createDatabase();
    await using api = await startApiProcess(['--roles', 'worker'], { DATABASE_URL: database.url });
    await api.told('working');
    api.signal('SIGTERM');
    assert.equal((await api.exit).code, 0);
    assert.ok(!api.out.some((line) => line.includes('listens')));
  });
});

/** One that the account may enter which runs the database when we are root. */
function withTemporaryDirectory(use: (home: string) => Promise<void>): Promise<void> {
  return inTemporaryDirectory(async (home) => {
    await chmod(home, 0o711);
    await use(home);
  });
}

const MOST_RESIDENT_KIB = 200 * 1024;

async function assertLean({ pid }: ApiProcess): Promise<void> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const resident = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  assert.ok(resident < MOST_RESIDENT_KIB, `${resident} KiB resident`);
}

/** Process ids of database servers whose data lie below `home`. */
async function serversBelow(home: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const words = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    const [program = '', ...args] = words.split('\0');
    if (program.endsWith('/postgres') && args.some((word) => word.startsWith(home))) found.push(Number(name));
  }
  return found;
}
