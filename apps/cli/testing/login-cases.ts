import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { systemCommands } from '#host';
import { requireProgram } from '#test/support';
import { firn, firnProgram, PASSWORD, type Operator } from './operator.js';

/** Logging in; ends with the administrator logged in. */
export function loginCases(here: () => Operator): void {
  const kept = () => here().path('.config/firn/credentials.json');

  describe('logging in', () => {
    it('is asked for by everything else, with the way to do it', async () => {
      const { code, out, err } = await here().firn(['job', 'list']);
      assert.deepEqual([code, out], [4, []]);
      assert.deepEqual(err, [
        `auth.token-missing: nobody is logged in to ${here().platform.apiUrl}`,
        '  Log in with "firn login", or send a bearer token.',
      ]);
    });

    it('without a terminal and a file asks for the file', async () => {
      const { code, err } = await here().firn(['login']);
      assert.equal(code, 2);
      assert.equal(err[0], 'input.missing-option: no password is given: use --password-file FILE');
    });

    it('refuses a wrong password, and keeps nothing', async () => {
      const file = here().file('wrong', 'not the right one');
      const { code, err } = await here().firn(['login', '--password-file', file]);
      assert.equal(code, 4);
      assert.match(err[0] ?? '', /^auth\.credentials-wrong: /);
      assert.ok(!existsSync(kept()));
    });

    it('refuses a password that everybody may read', async () => {
      const file = here().file('open', PASSWORD);
      chmodSync(file, 0o644);
      const { code, err } = await here().firn(['login', '--password-file', file]);
      assert.equal(code, 2);
      assert.match(err[0] ?? '', /^input\.file-unreadable: everybody may read .* \(mode 0644\)/);
    });

    it('asks on a terminal without showing what is typed', async function () {
      requireProgram(this, 'script');
      const { env } = here();
      const terminal = await systemCommands.start({
        program: 'script',
        args: ['-qec', `'${firnProgram}' login --username admin`, '/dev/null'],
        env: { PATH: process.execPath.replace(/\/[^/]*$/, ':/usr/bin:/bin'), ...env },
        ...{ stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' },
      });
      let seen = '';
      terminal.stderr?.resume();
      const { stdin, stdout } = terminal;
      assert.ok(stdin && stdout);
      for await (const piece of stdout) {
        const asked = seen.endsWith(': ');
        seen += String(piece);
        if (!asked && seen.endsWith(': ')) stdin.write(`x\u007f${PASSWORD}\r`);
      }
      assert.equal((await terminal.exit).code, 0, seen);
      assert.match(seen, /^password of admin at http:\S+: \r?\n.*logged in to http:\S+ as admin/s);
      assert.ok(!seen.includes(PASSWORD), seen);
    });

    it('keeps the token in a file for its owner alone, and shows it to nobody', async () => {
      const { out, err } = await here().good('login', '--password-file', here().path('admin-password'));
      assert.deepEqual(out, [`logged in to ${here().platform.apiUrl} as admin (admin of project default)`]);
      assert.deepEqual(err, []);
      assert.equal(statSync(kept()).mode & 0o777, 0o600);
      assert.equal(statSync(here().path('.config/firn')).mode & 0o777, 0o700);
      const { token, apiUrl } = JSON.parse(readFileSync(kept(), 'utf8')) as Record<string, string>;
      assert.ok(token);
      assert.equal(apiUrl, here().platform.apiUrl);
      const again = await here().good('login', '--password-file', here().path('admin-password'), '--json');
      assert.deepEqual(Object.keys(again.json()), ['apiUrl', 'expiresAt', 'user']);
    });

    it('is known to later commands without further words', async () => {
      const HOME = here().home;
      const { code, out } = await firn(['whoami'], { env: { HOME } });
      assert.deepEqual([code, out], [0, [`admin (admin of project default) at ${here().platform.apiUrl}`]]);
      const { apiUrl, user } = (await firn(['whoami', '--json'], { env: { HOME } })).json();
      assert.equal(apiUrl, here().platform.apiUrl);
      assert.equal((user as { name: string }).name, 'admin');
    });

    it('is not shown to another API', async () => {
      const { code, err } = await here().firn(['whoami', '--api-url', 'http://127.0.0.1:2']);
      assert.equal(code, 4);
      assert.equal(err[0], 'auth.token-missing: nobody is logged in to http://127.0.0.1:2');
    });

    it('can be a token from the environment', async () => {
      const { token } = JSON.parse(readFileSync(kept(), 'utf8')) as { token: string };
      const env = { FIRN_API_URL: here().platform.apiUrl, FIRN_TOKEN: token };
      assert.match((await firn(['whoami'], { env })).out[0] ?? '', /^admin /);
      const { code, err } = await firn(['whoami'], { env: { ...env, FIRN_TOKEN: `${token}x` } });
      assert.equal(code, 4);
      assert.match(err[0] ?? '', /^auth\.token-invalid: /);
      assert.ok(!err.join('\n').includes(token));
    });

    it('ends with a logout, which also removes what is no login', async () => {
      const file = here().path('other.json');
      const where = ['--credentials-file', file];
      await here().good('login', '--password-file', here().path('admin-password'), ...where);
      assert.deepEqual((await here().good('logout', ...where)).out, ['logged out']);
      assert.ok(!existsSync(file));
      assert.deepEqual((await here().good('logout', ...where)).out, ['nobody was logged in']);
      here().file('other.json', '{"apiUrl": 1}');
      const broken = await here().firn(['whoami', ...where]);
      assert.equal(broken.code, 2);
      assert.equal(broken.err[0], `input.file-malformed: "${file}" holds no login; "firn logout" removes it`);
      await here().good('logout', ...where);
      assert.ok(!existsSync(file));
    });

    it('says that the API cannot be reached', async () => {
      const { code, err } = await here().firn(['whoami', '--api-url', 'http://127.0.0.1:2'], {
        env: { FIRN_TOKEN: 'x' },
      });
      assert.equal(code, 8);
      assert.match(err[0] ?? '', /^api\.unreachable: cannot reach http:\/\/127\.0\.0\.1:2: .*ECONNREFUSED/);
      assert.match(err[1] ?? '', /--api-url/);
    });
  });
}
