import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import { systemClock } from '#kernel';
import { FakeClock } from '#kernel/testing';
import { ask } from '../testing/ask.js';
import { startTestApi, type TestApi } from '../testing/start-test-api.js';

const CURRENT = 'GET /api/v1/tokens/current';

describe('tokens', () => {
  let api: TestApi;
  before(async () => (api = await startTestApi()));
  after(() => api.close());

  it('show whose they are', async () => {
    const { status, body } = await ask(api.url, CURRENT, { token: api.tokens.member });
    assert.equal(status, 200);
    assert.deepEqual([body.project, body.roles], ['default', ['member']]);
  });

  it('are taken from X-Auth-Token, too', async () => {
    const { status } = await ask(api.url, CURRENT, { headers: { 'x-auth-token': api.tokens.reader } });
    assert.equal(status, 200);
  });

  const now = Math.floor(systemClock.now().getTime() / 1000);
  const good = { sub: 'someone', pwd: 'mark', iss: 'firn', aud: 'firn-api', iat: now, exp: now + 600 };
  const cases: readonly [why: string, token: (key: Uint8Array) => string | undefined, code: string][] = [
    ['missing', () => undefined, 'auth.token-missing'],
    ['no token at all', () => 'nonsense', 'auth.token-invalid'],
    ['three parts of nonsense', () => 'a.b.c', 'auth.token-invalid'],
    ['expired', (key) => signed({ ...good, iat: now - 900, exp: now - 300 }, key), 'auth.token-expired'],
    ['of a user who is not there', (key) => signed(good, key), 'auth.token-invalid'],
    ['signed with another key', () => signed(good, randomBytes(32)), 'auth.token-invalid'],
    ['not signed (alg none)', () => unsigned(good), 'auth.token-invalid'],
    ['signed with another algorithm', (key) => signed(good, key, 'HS512'), 'auth.token-invalid'],
    ['for another audience', (key) => signed({ ...good, aud: 'shop' }, key), 'auth.token-invalid'],
    ['of another issuer', (key) => signed({ ...good, iss: 'shop' }, key), 'auth.token-invalid'],
    ['not valid yet', (key) => signed({ ...good, nbf: now + 600 }, key), 'auth.token-invalid'],
    ['of nobody', (key) => signed({ ...good, sub: undefined }, key), 'auth.token-invalid'],
  ];
  for (const [why, make, code] of cases) {
    it(`are refused when they are ${why}: ${code}`, async () => {
      const { status, body, headers } = await ask(api.url, CURRENT, { token: make(api.settings.signingKey) });
      assert.deepEqual([status, body.code], [401, code]);
      assert.match(headers['www-authenticate'] ?? '', /^Bearer/);
    });
  }

  it('are refused when the last letter of the signature is another one', async () => {
    const [head, claims, signature = ''] = api.tokens.admin.split('.');
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    const { status } = await ask(api.url, CURRENT, { token: [head, claims, flipped].join('.') });
    assert.equal(status, 401);
  });
});

describe('the user of a token', () => {
  it('is asked for again after five seconds: one that was removed is refused', async () => {
    const clock = new FakeClock(systemClock.now());
    await using api = await startTestApi({ parts: { clock } });
    const user = await api.userOf('member', 'default');
    const token = await api.tokenFor(user);
    assert.equal((await ask(api.url, CURRENT, { token })).status, 200);
    await api.parts.metadata.transaction(({ users }) => users.remove(user.id));
    clock.advance(5001);
    const { status, body } = await ask(api.url, CURRENT, { token });
    assert.deepEqual([status, body.code], [401, 'auth.token-invalid']);
  });

  it('has no token any more that was given for an older password', async () => {
    const clock = new FakeClock(systemClock.now());
    await using api = await startTestApi({ parts: { clock } });
    const user = await api.userOf('member', 'default');
    const token = await api.tokenFor(user);
    await api.parts.metadata.transaction(({ users }) => users.update({ ...user, passwordHash: 'another' }));
    clock.advance(5001);
    assert.equal((await ask(api.url, CURRENT, { token })).body.code, 'auth.token-invalid');
  });

  it('has the roles of now, not those of the day of the login', async () => {
    const clock = new FakeClock(systemClock.now());
    await using api = await startTestApi({ parts: { clock } });
    const user = await api.userOf('admin', 'default');
    const token = await api.tokenFor(user);
    await api.parts.metadata.transaction(({ users }) => users.update({ ...user, roles: ['reader'] }));
    clock.advance(5001);
    assert.deepEqual((await ask(api.url, CURRENT, { token })).body.roles, ['reader']);
  });
});

describe('two APIs in one process', () => {
  it('do not take the tokens of each other', async () => {
    await using one = await startTestApi();
    await using other = await startTestApi();
    const [own, strange] = await Promise.all([
      ask(one.url, CURRENT, { token: one.tokens.admin }),
      ask(one.url, CURRENT, { token: other.tokens.admin }),
    ]);
    assert.deepEqual([own.status, strange.status], [200, 401]);
  });

  it('do not mix up callers who come at once', async () => {
    await using api = await startTestApi();
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, at) => {
        const role = at % 2 === 0 ? 'admin' : 'reader';
        return [[role], (await ask(api.url, CURRENT, { token: api.tokens[role] })).body.roles];
      }),
    );
    for (const [asked, answered] of answers) assert.deepEqual(answered, asked);
  });
});

function signed(claims: object, key: Uint8Array, alg: 'HS256' | 'HS512' = 'HS256'): string {
  const body = [{ alg, typ: 'JWT' }, claims].map(encoded).join('.');
  const digest = alg === 'HS256' ? 'sha256' : 'sha512';
  return `${body}.${createHmac(digest, key).update(body).digest('base64url')}`;
}

function unsigned(claims: object): string {
  return `${[{ alg: 'none', typ: 'JWT' }, claims].map(encoded).join('.')}.`;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
