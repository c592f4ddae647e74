import assert from 'node:assert/strict';
import { userView } from '#node-protocol';
import { deskOf, fieldIn, type Desk } from '../../testing/desk.js';
import { startTestApi, type TestApi } from '../../testing/start-test-api.js';

describe('/api/v1/users', () => {
  let api: TestApi;
  let admin: Desk;
  let nobody: Desk;

  beforeEach(async () => {
    api = await startTestApi();
    admin = deskOf(api.url, api.tokens.admin);
    nobody = deskOf(api.url, undefined);
  });
  afterEach(() => api.close());

  it('makes a user, whose password is answered once and works', async () => {
    const made = await admin('POST /api/v1/users', { name: 'robin', roles: ['member'], project: 'shop' });
    assert.deepEqual([made.status, made.headers.location], [201, '/api/v1/users/robin']);
    const { password } = made.body;
    const shown = await admin('GET /api/v1/users/robin');
    assert.deepEqual(shown.body, made.body['user']);
    assert.deepEqual(Object.keys(userView.parse(shown.body)), Object.keys(shown.body));
    assert.equal((await nobody('POST /api/v1/tokens', { username: 'robin', password })).status, 201);
    assert.equal((await admin('POST /api/v1/users', { name: 'robin', roles: ['admin'] })).status, 409);
    assert.deepEqual(fieldIn(await admin('GET /api/v1/users?inProject=shop'), 'name'), ['robin']);
  });

  it('gives another password', async () => {
    await admin('POST /api/v1/users', { name: 'robin', roles: ['member'] });
    const given = 'a password of some length';
    assert.deepEqual((await admin('PUT /api/v1/users/robin/password', { password: given })).body, {});
    assert.equal((await nobody('POST /api/v1/tokens', { username: 'robin', password: given })).status, 201);
    const { body } = await admin('PUT /api/v1/users/robin/password', {});
    assert.equal(String(body['password']).length, 32);
    assert.equal((await nobody('POST /api/v1/tokens', { username: 'robin', password: given })).status, 401);
  });

  it('is for administrators, but for the own password', async () => {
    const member = deskOf(api.url, api.tokens.member);
    const { id } = (await member('GET /api/v1/tokens/current')).body;
    assert.equal((await member('GET /api/v1/users')).status, 403);
    assert.equal((await member('POST /api/v1/users', { name: 'x', roles: ['admin'] })).status, 403);
    assert.equal((await member(`PUT /api/v1/users/${String(id)}/password`, {})).status, 200);
  });

  it('deletes a user, but not the last administrator', async () => {
    await admin('POST /api/v1/users', { name: 'robin', roles: ['member'] });
    assert.equal((await admin('DELETE /api/v1/users/robin')).status, 204);
    assert.equal((await admin('DELETE /api/v1/users/robin')).body['code'], 'user.missing');
    const { id } = (await admin('GET /api/v1/tokens/current')).body;
    assert.equal((await admin(`DELETE /api/v1/users/${String(id)}`)).body['code'], 'user.last-administrator');
  });
});
