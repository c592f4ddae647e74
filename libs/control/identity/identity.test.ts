import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { Actor } from '#domain';
import type { UserId } from '#kernel';
import {
  authenticate,
  bootstrap,
  resetAdministrator,
  createUser,
  deleteUser,
  ensureServiceUser,
  getUser,
  listUsers,
  setPassword,
  signingKey,
} from '../index.js';
import { problems, rejection } from '../testing/failures.js';
import { ADMIN, MEMBER, OTHER, platform, PROJECT, type Platform } from '../testing/platform.js';
import { hashPassword, isPassword } from './password-hash.js';

describe('passwords', () => {
  it('are kept as argon2id with their costs, salted', async () => {
    const hash = await hashPassword('correct horse', Buffer.alloc(16, 7));
    assert.match(hash, /^\$argon2id\$v=19\$m=47104,t=1,p=1\$BwcHBwcHBwcHBwcHBwcHBw\$[\w+/]{43}$/);
    assert.notEqual(await hashPassword('correct horse', Buffer.alloc(16, 8)), hash);
    assert.equal(await isPassword('correct horse', hash), true);
    assert.equal(await isPassword('Correct horse', hash), false);
  });

  it('of other costs are still known', async () => {
    // Of the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    assert.equal(await isPassword('password', hash), true);
  });

  it('are the same however their letters are composed', async () => {
    const hash = await hashPassword('caf\u00e9 caf\u00e9 caf\u00e9', Buffer.alloc(16));
    assert.equal(await isPassword('cafe\u0301 cafe\u0301 cafe\u0301', hash), true);
  });

  it('never match a hash that cannot be read', async () => {
    for (const hash of ['', 'x', '$2b$12$abc', '$argon2id$v=19$m=1,t=1,p=1$$']) {
      assert.equal(await isPassword('', hash), false);
    }
  });
});

describe('users', () => {
  let here: Platform;
  beforeEach(() => {
    here = platform();
  });

  it('begin with an administrator, whose password is told once', async () => {
    const { administrator } = await bootstrap(here.parts);
    assert.equal(administrator?.name, 'admin');
    assert.match(administrator?.password ?? '', /^[\w-]{32}$/);
    const user = await authenticate(here.parts, {
      username: 'admin',
      password: administrator?.password ?? '',
    });
    assert.deepEqual([user.project, user.roles], ['default', ['admin']]);
    assert.deepEqual(await bootstrap(here.parts), {});
  });

  it('have an administrator again when the password was lost, or the user is gone', async () => {
    const lost = (await bootstrap(here.parts)).administrator;
    const { password = '' } = await resetAdministrator(here.parts);
    const administrator = await authenticate(here.parts, { username: 'admin', password });
    await rejection(
      authenticate(here.parts, { username: 'admin', password: lost?.password ?? '' }),
      'auth.credentials-wrong',
    );
    await here.parts.metadata.transaction(({ users }) => users.remove(administrator.id));
    const given = { adminPassword: 'a password of my own' };
    assert.deepEqual(await resetAdministrator(here.parts, given), { name: 'admin' });
    const { roles } = await authenticate(here.parts, { username: 'admin', password: given.adminPassword });
    assert.deepEqual(roles, ['admin']);
  });

  it('begin with one administrator when several processes start at once, and with a password that was given', async () => {
    const starts = await Promise.all([1, 2, 3].map(() => bootstrap(here.parts)));
    assert.equal(starts.filter(({ administrator }) => administrator).length, 1);
    const there = platform();
    assert.deepEqual(await bootstrap(there.parts, { adminPassword: 'a long password' }), {});
    await authenticate(there.parts, { username: 'admin', password: 'a long password' });
    assert.deepEqual(await problems(bootstrap(platform().parts, { adminPassword: 'short' })), [
      'password: must have at least 12 characters',
    ]);
  });

  it('that are unknown, or have another password, get the same answer', async () => {
    await bootstrap(here.parts);
    const wrong = await rejection(
      authenticate(here.parts, { username: 'admin', password: 'x' }),
      'auth.credentials-wrong',
    );
    const unknown = await rejection(
      authenticate(here.parts, { username: 'nobody', password: 'x' }),
      'auth.credentials-wrong',
    );
    assert.deepEqual([wrong.message, wrong.context], [unknown.message, unknown.context]);
    await rejection(authenticate(here.parts, { username: 'nobody', password: '' }), 'auth.credentials-wrong');
  });

  it('are made with a password of their own or one that is told once, in any project', async () => {
    const made = await createUser(here.parts, ADMIN, PROJECT, { name: 'ann', roles: ['member', 'member'] });
    assert.deepEqual([made.user.project, made.user.roles], [PROJECT, ['member']]);
    await authenticate(here.parts, { username: 'ann', password: made.password ?? '' });
    const given = await createUser(here.parts, ADMIN, PROJECT, {
      name: 'bob',
      project: OTHER,
      roles: ['reader'],
      password: 'a long password',
    });
    assert.deepEqual([given.password, given.user.project], [undefined, OTHER]);
    await rejection(
      createUser(here.parts, ADMIN, PROJECT, { name: 'ann', project: OTHER, roles: ['reader'] }),
      'user.exists',
    );
    const names = async (options: object) =>
      (await listUsers(here.parts, ADMIN, PROJECT, options)).rows.map(({ name }) => name);
    assert.deepEqual((await names({})).sort(), ['ann', 'bob']);
    assert.deepEqual(await names({ inProject: OTHER }), ['bob']);
    assert.equal((await getUser(here.parts, ADMIN, PROJECT, 'ann')).id, made.user.id);
    await rejection(getUser(here.parts, ADMIN, PROJECT, 'eve'), 'user.missing');
  });

  it('change their own password, and administrators that of others', async () => {
    const { user } = await createUser(here.parts, ADMIN, PROJECT, { name: 'ann', roles: ['reader'] });
    const ann: Actor = { userId: user.id, name: 'ann', project: PROJECT, roles: ['reader'] };
    await setPassword(here.parts, ann, PROJECT, 'ann', 'a long password');
    await authenticate(here.parts, { username: 'ann', password: 'a long password' });
    const { password } = await setPassword(here.parts, ADMIN, PROJECT, user.id);
    await authenticate(here.parts, { username: 'ann', password: password ?? '' });
    await rejection(setPassword(here.parts, MEMBER, PROJECT, 'ann', 'a long password'), 'auth.forbidden');
    await rejection(setPassword(here.parts, ADMIN, PROJECT, 'eve'), 'user.missing');
  });

  it('never lose their last administrator', async () => {
    await bootstrap(here.parts);
    await rejection(deleteUser(here.parts, ADMIN, PROJECT, 'admin'), 'user.last-administrator');
    const { user } = await createUser(here.parts, ADMIN, PROJECT, { name: 'root', roles: ['admin'] });
    const both = await Promise.allSettled(
      ['admin', user.id].map((name) => deleteUser(here.parts, ADMIN, PROJECT, name)),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.equal(await deleteUser(here.parts, ADMIN, PROJECT, 'eve'), false);
  });

  it('of a scheduler are made, and get a new password each time', async () => {
    const first = await ensureServiceUser(here.parts, 'scheduler', PROJECT);
    const second = await ensureServiceUser(here.parts, 'scheduler', PROJECT);
    await rejection(
      authenticate(here.parts, { username: 'scheduler', password: first.password }),
      'auth.credentials-wrong',
    );
    const user = await authenticate(here.parts, { username: 'scheduler', password: second.password });
    assert.deepEqual([user.roles, user.project], [['service'], PROJECT]);
    await createUser(here.parts, ADMIN, PROJECT, { name: 'ann', roles: ['member'] });
    await rejection(ensureServiceUser(here.parts, 'ann', PROJECT), 'user.exists');
  });

  it('are not found by the id of nobody', async () => {
    await rejection(
      setPassword(here.parts, { ...MEMBER, userId: 'gone' as UserId }, PROJECT, 'gone', 'a long password'),
      'user.missing',
    );
  });

  it('sign with one key, however many processes ask at once', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => signingKey(here.parts)));
    assert.equal(keys[0]?.length, 32);
    assert.deepEqual(keys[1], keys[0]);
    assert.deepEqual(await signingKey(here.parts), keys[0]);
    assert.deepEqual(here.log, []);
  });
});
