import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { bootstrap } from '#control';
import { tokenView } from '#node-protocol';
import { ask } from '../testing/ask.js';
import { startTestApi, type TestApi } from '../testing/start-test-api.js';

const PASSWORD = 'correct horse battery';

describe('logging in', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi({ settings: { tokenMinutes: 30 }, users: false });
    await bootstrap(api.parts, { adminPassword: PASSWORD });
  });
  after(() => api.close());

  const login = (username: string, password: string) =>
    ask(api.url, 'POST /api/v1/tokens', { body: { username, password } });

  it('gives a token that works, and says until when', async () => {
    const { status, body } = await login('admin', PASSWORD);
    assert.equal(status, 201);
    const { token, user } = tokenView.parse(body);
    assert.deepEqual([user.name, user.roles], ['admin', ['admin']]);
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      iat: number;
      exp: number;
    };
    assert.equal(claims.exp - claims.iat, 30 * 60);
    const current = await ask(api.url, 'GET /api/v1/tokens/current', { token });
    assert.deepEqual(current.body, user);
  });

  it('tells a wrong password as it tells an unknown name', async () => {
    const answers = await Promise.all([login('admin', 'wrong'), login('nobody', PASSWORD)]);
    const told = answers.map(({ status, body }) => [status, body.code, body.detail]);
    assert.deepEqual(told[0], told[1]);
    assert.deepEqual(told[0]?.slice(0, 2), [401, 'auth.credentials-wrong']);
  });

  it('refuses the eleventh wrong try of a minute, for this name alone', async () => {
    const guesses = [];
    for (let at = 0; at < 12; at += 1) guesses.push((await login('eve', `guess ${at}`)).status);
    assert.deepEqual(guesses, [...Array<number>(10).fill(401), 429, 429]);
    const { body, headers } = await login('eve', 'again');
    assert.equal(body.code, 'auth.too-many-attempts');
    const wait = Number(headers['retry-after']);
    assert.ok(wait > 0 && wait <= 60, `Retry-After: ${headers['retry-after']}`);
    assert.equal((await login('admin', PASSWORD)).status, 201);
  });

  it('counts tries that are made at once', async () => {
    const guesses = await Promise.all(Array.from({ length: 20 }, () => login('mallory', 'guess')));
    assert.equal(guesses.filter(({ status }) => status === 401).length, 10);
    assert.equal(guesses.filter(({ status }) => status === 429).length, 10);
  });

  it('forgives the tries before a good one', async () => {
    for (let round = 0; round < 3; round += 1) {
      for (let at = 0; at < 6; at += 1) assert.equal((await login('admin', 'typo')).status, 401);
      assert.equal((await login('admin', PASSWORD)).status, 201);
    }
  });

  it('never shows the password that was sent', async () => {
    const { text } = await ask(api.url, 'POST /api/v1/tokens', {
      body: { username: 5, password: 'hunter2-secret' },
    });
    assert.ok(!text.includes('hunter2'));
  });
});
