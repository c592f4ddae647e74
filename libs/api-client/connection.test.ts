import { afterEach, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { Failure, isFailure, systemClock, z } from '#kernel';
import { startHttpServer, type HttpReply, type TestHttpServer } from '#test/support';
import { Connection, type ConnectionOptions, type Credentials } from './connection.js';

const anything = z.unknown();
const asked = { method: 'GET', path: '/api/v1/jobs' } as const;
const LOGIN = 'POST /api/v1/tokens';

describe('a connection to the API', () => {
  let server: TestHttpServer;
  let given: Credentials;
  /** The tokens that the API takes now; each login makes another one. */
  let good: string[];
  let logins: number;
  let atLogin: () => Promise<HttpReply | undefined>;

  beforeEach(async () => {
    given = { username: 'kim', password: 'hush' };
    good = [];
    logins = 0;
    atLogin = () => Promise.resolve(undefined);
    server = await startHttpServer(async ({ line, headers, body }) => {
      if (line !== LOGIN) {
        const token = headers.authorization?.replace('Bearer ', '') ?? '';
        return good.includes(token) ? { body: { token } } : refused('auth.token-expired');
      }
      const other = await atLogin();
      if (other) return other;
      assert.deepEqual(body, { username: 'kim', password: 'hush' });
      logins += 1;
      good.push(`t${logins}`);
      return { status: 201, body: tokenOf(`t${logins}`) };
    });
  });

  afterEach(() => server[Symbol.asyncDispose]());

  const connection = (more: Partial<ConnectionOptions> = {}) =>
    new Connection({
      ...{ apiUrl: server.url, clock: systemClock },
      credentials: () => Promise.resolve(given),
      ...more,
    });

  it('logs in once, and keeps the token', async () => {
    const one = connection();
    assert.deepEqual(await one.ask(anything, asked), { token: 't1' });
    assert.deepEqual(await one.ask(anything, asked), { token: 't1' });
    assert.equal(logins, 1);
  });

  it('requests that begin together share one login', async () => {
    const one = connection();
    await Promise.all([1, 2, 3, 4].map(() => one.ask(anything, asked)));
    assert.equal(logins, 1);
  });

  it('logs in anew when the token has ended, with what the credentials are then', async () => {
    const one = connection();
    await one.ask(anything, asked);
    good = [];
    assert.deepEqual(await one.ask(anything, asked), { token: 't2' });
    assert.equal(logins, 2);
  });

  it('requests that are refused together share the new login as well', async () => {
    const one = connection();
    await one.ask(anything, asked);
    good = [];
    const answers = await Promise.all([1, 2, 3].map(() => one.ask(anything, asked)));
    assert.deepEqual(answers, [{ token: 't2' }, { token: 't2' }, { token: 't2' }]);
    assert.equal(logins, 2);
  });

  it('asks a second time only once', async () => {
    server.answer = ({ line }) => {
      if (line !== LOGIN) return refused('auth.token-invalid');
      logins += 1;
      return { status: 201, body: tokenOf(`t${logins}`) };
    };
    await assert.rejects(connection().ask(anything, asked), (error) =>
      isFailure(error, 'auth.token-invalid'),
    );
    assert.equal(logins, 2);
    assert.equal(server.heard.length, 4);
  });

  it('does not ask again with a token that was given and refused', async () => {
    given = { token: 'old' };
    await assert.rejects(connection().ask(anything, asked), (error) =>
      isFailure(error, 'auth.token-expired'),
    );
    assert.equal(server.heard.length, 1);
    good = ['old'];
    assert.deepEqual(await connection().ask(anything, asked), { token: 'old' });
  });

  it('does not log in anew for what is forbidden', async () => {
    server.answer = ({ line }) =>
      line === LOGIN ? { status: 201, body: tokenOf('t1') } : refused('auth.forbidden', 403);
    await assert.rejects(connection().ask(anything, asked), (error) => isFailure(error, 'auth.forbidden'));
    assert.equal(server.heard.length, 2);
  });

  it('a login that fails is tried again by the next request', async () => {
    atLogin = () => Promise.resolve(refused('auth.credentials-wrong'));
    const one = connection();
    await assert.rejects(one.ask(anything, asked), (error) => isFailure(error, 'auth.credentials-wrong'));
    atLogin = () => Promise.resolve(undefined);
    assert.deepEqual(await one.ask(anything, asked), { token: 't1' });
  });

  it('credentials that cannot be had fail the request with their own failure', async () => {
    const none = new Failure('auth.token-missing', 'nobody is logged in');
    const one = connection({ credentials: () => Promise.reject(none) });
    await assert.rejects(one.ask(anything, asked), (error) => error === none);
    assert.equal(server.heard.length, 0);
  });

  it('a login that its beginner calls off is begun again by the one who waits with it', async () => {
    const controller = new AbortController();
    const reached = Promise.withResolvers<void>();
    atLogin = () => {
      reached.resolve();
      return new Promise(() => undefined);
    };
    const one = connection();
    const first = one.ask(anything, { ...asked, signal: controller.signal });
    const second = one.ask(anything, asked);
    await reached.promise;
    atLogin = () => Promise.resolve(undefined);
    const reason = new Failure('run.cancelled', 'enough');
    controller.abort(reason);
    await assert.rejects(first, (error) => error === reason);
    assert.deepEqual(await second, { token: 't1' });
  });

  it('one who waits for the login of another may leave, and the other goes on', async () => {
    const controller = new AbortController();
    const reached = Promise.withResolvers<void>();
    const go = Promise.withResolvers<undefined>();
    atLogin = () => {
      reached.resolve();
      return go.promise;
    };
    const one = connection();
    const first = one.ask(anything, asked);
    const second = one.ask(anything, { ...asked, signal: controller.signal });
    await reached.promise;
    const reason = new Failure('run.cancelled', 'enough');
    controller.abort(reason);
    await assert.rejects(second, (error) => error === reason);
    go.resolve(undefined);
    assert.deepEqual(await first, { token: 't1' });
  });

  it('names the project that is meant with every request, and only then', async () => {
    good = ['own'];
    given = { token: 'own' };
    await connection({ project: 'shop' }).ask(anything, { ...asked, query: { limit: 1 } });
    await connection().tell({ method: 'DELETE', path: '/api/v1/jobs/j' });
    assert.deepEqual(
      server.heard.map(({ line }) => line),
      ['GET /api/v1/jobs?project=shop&limit=1', 'DELETE /api/v1/jobs/j'],
    );
  });

  it('without credentials asks without a token', async () => {
    server.answer = () => ({ body: {} });
    await new Connection({ apiUrl: server.url, clock: systemClock }).ask(anything, asked);
    assert.equal(server.heard[0]?.headers.authorization, undefined);
  });

  it('refuses a login that is answered with anything but a token', async () => {
    atLogin = () => Promise.resolve({ status: 201, body: { token: 7 } });
    await assert.rejects(connection().ask(anything, asked), (error) =>
      isFailure(error, 'api.answer-malformed'),
    );
  });
});

function tokenOf(token: string): object {
  const user = { id: 'u', name: 'kim', project: 'default', roles: ['member'] };
  return { token, expiresAt: '2026-11-20T12:00:00.000Z', user };
}

function refused(code: string, status = 401): HttpReply {
  return { status, body: { type: 'about:blank', title: 'No', status, detail: 'no', code, hint: 'do' } };
}
