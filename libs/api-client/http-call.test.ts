import { afterEach, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { Failure, isFailure, z } from '#kernel';
import { startHttpServer, type HttpAnswer, type TestHttpServer } from '#test/support';
import { callApi, checked, type Call } from './http-call.js';

const GET = { method: 'GET', path: '/api/v1/jobs' } as const;

describe('a request to the API', () => {
  let server: TestHttpServer;

  beforeEach(async () => {
    server = await startHttpServer(() => ({ body: { ok: true } }));
  });

  afterEach(() => server[Symbol.asyncDispose]());

  const call = (given: Partial<Call> = {}, token?: string, timeoutMs = 5000, url = server.url) =>
    callApi(url, { ...GET, ...given }, token, timeoutMs);

  const refusal = async (answer: HttpAnswer, given: Partial<Call> = {}, timeoutMs = 5000) => {
    server.answer = answer;
    return failureOf(call(given, 'secret', timeoutMs));
  };

  it('sends JSON with the token, and gives the document back', async () => {
    const body = { name: 'Zoë', at: new Date('2026-11-20T01:02:03.004Z'), left: undefined };
    const answer = await call({ method: 'POST', body }, 'secret');
    assert.deepEqual(answer, { status: 200, document: { ok: true } });
    const [heard] = server.heard;
    assert.equal(heard?.line, 'POST /api/v1/jobs');
    assert.deepEqual(heard?.body, { name: 'Zoë', at: '2026-11-20T01:02:03.004Z' });
    assert.equal(heard?.headers.authorization, 'Bearer secret');
    assert.equal(heard?.headers['content-type'], 'application/json');
  });

  it('sends neither a body nor a token when there is none', async () => {
    await call();
    const { headers } = server.heard[0]!;
    assert.deepEqual([headers.authorization, headers['content-type']], [undefined, undefined]);
  });

  it('puts the path below the address, and the query behind it', async () => {
    const query = { a: 'x y&z', n: 0, yes: false, not: undefined };
    await call({ query }, undefined, 5000, `${server.url}/firn//`);
    assert.equal(server.heard[0]?.line, 'GET /firn/api/v1/jobs?a=x+y%26z&n=0&yes=false');
  });

  it('keeps its connections for further requests', async () => {
    for (let i = 0; i < 10; i += 1) await call();
    // The first may still be in use when the second request comes.
    assert.ok(server.connections() <= 2, `${server.connections()} connections`);
  });

  it('takes an empty answer for none', async () => {
    server.answer = () => ({ status: 204 });
    assert.deepEqual(await call({ method: 'DELETE' }), { status: 204, document: undefined });
  });

  it('tells the failure that the API tells, with all its problems', async () => {
    const problems = [
      { path: 'schedule.hour', message: '77 is out of range' },
      { path: 'clientId', message: 'no client "web9"' },
    ];
    const failure = await refusal(() => ({
      status: 400,
      body: problem(400, 'input.invalid', { problems, context: { what: 'job' } }),
    }));
    assert.equal(failure.code, 'input.invalid');
    assert.equal(failure.message, 'this is why');
    assert.deepEqual(failure.context['problems'], problems);
    assert.equal(failure.context['what'], 'job');
    assert.equal(failure.context['status'], 400);
    assert.ok(!JSON.stringify(failure.context).includes('secret'));
  });

  for (const [status, code] of [
    [400, 'input.invalid'],
    [401, 'auth.token-invalid'],
    [404, 'request.route-unknown'],
    [409, 'metadata.duplicate'],
    [429, 'auth.too-many-attempts'],
    [503, 'metadata.unavailable'],
    [500, 'internal.unexpected'],
    [418, 'internal.unexpected'],
  ] as const) {
    it(`takes a code that it does not know, with status ${status}, for ${code}`, async () => {
      const failure = await refusal(() => ({ status, body: problem(status, 'toString') }));
      assert.equal(failure.code, code);
      assert.deepEqual(
        [failure.context['answeredCode'], failure.context['answeredHint']],
        ['toString', 'do that'],
      );
    });
  }

  it('takes an error that is no problem document for that of a proxy, or of no API at all', async () => {
    const page = '<html>Bad gateway</html>';
    const away = await refusal(() => ({ status: 502, body: page, headers: { 'content-type': 'text/html' } }));
    assert.equal(away.code, 'api.unreachable');
    const other = await refusal(() => ({ status: 404, body: page }));
    assert.equal(other.code, 'api.answer-malformed');
    assert.match(other.message, /^http:\/\/127\.0\.0\.1:\d+ answers with status 404$/);
  });

  it('refuses an answer that is no JSON', async () => {
    assert.equal((await refusal(() => ({ body: 'hello' }))).code, 'api.answer-malformed');
  });

  it('refuses to be sent elsewhere, and does not take its token there', async () => {
    await using other = await startHttpServer(() => ({ body: {} }));
    const failure = await refusal(() => ({ status: 307, headers: { location: `${other.url}/there` } }));
    assert.equal(failure.code, 'api.answer-malformed');
    assert.ok(failure.message.endsWith(`sends to another address: ${other.url}/there`), failure.message);
    assert.equal(other.heard.length, 0);
  });

  it('refuses an answer of more than 64 MiB, and reads no further', async () => {
    let wholeWasSent = false;
    const failure = await refusal((_, response) => {
      const piece = Buffer.alloc(1 << 20, ' ');
      let left = 200;
      const send = (): void => {
        while (left > 0 && !response.destroyed) {
          left -= 1;
          if (!response.write(piece)) return void response.once('drain', send);
        }
        wholeWasSent = left === 0;
        response.end();
      };
      send();
      return undefined;
    });
    assert.equal(failure.code, 'api.answer-malformed');
    assert.match(failure.message, /more than 67108864 bytes$/);
    assert.ok(!wholeWasSent);
  });

  it('says that nobody listens', async () => {
    const { url } = server;
    await server[Symbol.asyncDispose]();
    const failure = await failureOf(call({}, 'secret', 5000, url));
    assert.equal(failure.code, 'api.unreachable');
    assert.match(failure.message, /^cannot reach http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/);
    server = await startHttpServer();
  });

  it('says that the connection broke in the middle of an answer', async () => {
    const failure = await refusal((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"half":', () => response.destroy());
      return undefined;
    });
    assert.equal(failure.code, 'api.unreachable');
  });

  it('gives up when no answer comes in time, also in the middle of one', async () => {
    const silent = await refusal(() => undefined, {}, 30);
    assert.equal(silent.code, 'api.unreachable');
    assert.match(silent.message, /did not answer within 30 ms$/);
    const halting = await refusal(
      (_, response) => {
        response.write('{"half":');
        return undefined;
      },
      {},
      30,
    );
    assert.equal(halting.message, silent.message);
  });

  it('ends with the reason of its signal', async () => {
    const reason = new Failure('run.cancelled', 'enough');
    const controller = new AbortController();
    server.answer = () => {
      controller.abort(reason);
      return undefined;
    };
    await assert.rejects(call({ signal: controller.signal }), (error) => error === reason);
    await assert.rejects(call({ signal: controller.signal }), (error) => error === reason);
    assert.equal(server.heard.length, 1);
  });
});

describe('an answer that is checked', () => {
  it('is one of this API, or a failure that names every place but no value', () => {
    const schema = z.object({ token: z.string(), n: z.int() });
    assert.deepEqual(checked(schema, { token: 't', n: 1, more: true }, 'it'), { token: 't', n: 1 });
    assert.throws(
      () => checked(schema, { token: 1, n: 'hush' }, 'the answer'),
      (error) =>
        isFailure(error, 'api.answer-malformed') &&
        /^the answer is not valid: token: .*; n: /.test(error.message) &&
        !error.message.includes('hush'),
    );
  });
});

function problem(status: number, code: string, more: object = {}): object {
  return { type: 'about:blank', title: 'No', status, detail: 'this is why', code, hint: 'do that', ...more };
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(isFailure(error), String(error));
  return error;
}
