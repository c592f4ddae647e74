import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { exitCodes } from '#kernel';
import type { Operator } from './operator.js';

export function userCases(here: () => Operator): void {
  describe('users', () => {
    it('get a password that is shown once, and works', async () => {
      const { out } = await here().good('user', 'create', 'kim', '--role', 'reader');
      assert.equal(out[0], 'created user kim (reader of default)');
      const password = /^password: (\S+) {2}\(shown once\)$/.exec(out[1] ?? '')?.[1] ?? '';
      const login = ['--username', 'kim', '--password-file', here().file('kim', password)];
      const kept = ['--credentials-file', here().path('kim.json')];
      await here().good('login', ...login, ...kept);
      assert.match((await here().good('whoami', ...kept)).out[0] ?? '', /^kim \(reader of project default\)/);
      const { code, err } = await here().firn([
        ...['client', 'create', '--file', here().file('c.json', { clientId: 'x', hostname: 'x' }), ...kept],
      ]);
      assert.equal(code, exitCodes.forbidden);
      assert.match(err[0] ?? '', /^auth\.forbidden: /);
    });

    it('get another password, by their name, from a file or made', async () => {
      const made = await here().good('user', 'password', 'kim');
      assert.match(
        made.out.join('\n'),
        /^the password of kim is changed\npassword: \S{12,} {2}\(shown once\)$/,
      );
      const file = here().file('given', 'a password of her own');
      const given = await here().good('user', 'password', 'kim', '--password-file', file);
      assert.deepEqual(given.out, ['the password of kim is changed']);
      const kept = ['--credentials-file', here().path('kim.json')];
      await here().good('login', '--username', 'kim', '--password-file', file, ...kept);
    });

    it('are listed by name, with a role that is near when one is misspelt', async () => {
      const { out } = await here().good('user', 'list');
      assert.match(out[0] ?? '', /^NAME +PROJECT +ROLES +CREATED +ID$/);
      assert.ok(out.some((line) => /^kim +default +reader +\d{4}-/.test(line)));
      const { code, err } = await here().firn(['user', 'create', 'lee', '--role', 'membre']);
      assert.deepEqual(
        [code, err[0]],
        [2, 'input.invalid: --role: unknown role "membre" (did you mean "member"?)'],
      );
    });

    it('are deleted by name', async () => {
      assert.deepEqual((await here().good('user', 'delete', 'kim')).out, ['deleted user kim']);
      const { code, err } = await here().firn(['user', 'delete', 'admin']);
      assert.equal(code, exitCodes.conflict);
      assert.match(err[0] ?? '', /^user\.last-administrator: /);
    });
  });
}
