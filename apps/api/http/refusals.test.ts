import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { failureCatalog, httpStatusOf, type FailureCode } from '#kernel';
import { problemDocument } from '#node-protocol';
import { ask, type Asked } from '../testing/ask.js';
import { startTestApi, type TestApi } from '../testing/start-test-api.js';

const LIMIT = 4096;
const LOGIN = 'POST /api/v1/tokens';

describe('what the API refuses', () => {
  let api: TestApi;
  before(async () => (api = await startTestApi({ settings: { bodyLimit: LIMIT } })));
  after(() => api.close());

  const big = JSON.stringify({ username: 'x'.repeat(LIMIT), password: 'x' });
  const cases: readonly [why: string, line: string, asked: Asked, code: FailureCode, detail: RegExp][] = [
    ['a body above the limit', LOGIN, { body: big }, 'request.too-large', /larger than 4096 bytes/],
    ['what is not JSON', LOGIN, { body: '{"username": ' }, 'request.malformed', /cannot be read/],
    ['a body that is no object', LOGIN, { body: [1, 2] }, 'request.malformed', /it is a list/],
    ['a body that is a bare word', LOGIN, { body: '"admin"' }, 'request.malformed', /cannot be read/],
    ['a body that is missing', LOGIN, {}, 'request.malformed', /it is missing/],
    [
      'a body of another type',
      LOGIN,
      { body: 'username=admin', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      'request.media-type',
      /not application\/x-www-form-urlencoded/,
    ],
    [
      'a body in letters that nobody knows',
      LOGIN,
      { body: '{}', headers: { 'content-type': 'application/json; charset=klingon' } },
      'request.media-type',
      /unsupported charset "KLINGON"/,
    ],
    [
      'a body that is packed in a way nobody knows',
      LOGIN,
      { body: '{}', headers: { 'content-encoding': 'zip' } },
      'request.media-type',
      /unsupported content encoding "zip"/,
    ],
    ['wrong values', LOGIN, { body: { username: 5 } }, 'input.invalid', /username: .*; password: /],
    ['a route that is not there', 'GET /api/v1/jobz', {}, 'request.route-unknown', /GET \/api\/v1\/jobz/],
    ['a route of another world', 'GET /etc/passwd', {}, 'request.route-unknown', /passwd/],
    ['a method that is not there', 'DELETE /healthz', {}, 'request.method-not-allowed', /takes GET, HEAD/],
    ['an address with a broken escape', 'PUT /api/v1/node/job-files/%zz', {}, 'request.malformed', /%zz/],
    ['an unknown method', 'PROPFIND /healthz', {}, 'request.method-not-allowed', /PROPFIND/],
  ];
  for (const [why, line, asked, code, detail] of cases) {
    it(`${why}: ${code}`, async () => {
      const { status, body, headers } = await ask(api.url, line, asked);
      const problem = problemDocument.strict().parse(body);
      assert.deepEqual(
        [status, problem.status, problem.code],
        [httpStatusOf(code), httpStatusOf(code), code],
      );
      assert.match(problem.detail, detail);
      assert.equal(problem.hint, failureCatalog[code].hint);
      assert.match(headers['content-type'] ?? '', /^application\/problem\+json/);
      assert.equal(problem.instance, headers['x-openstack-request-id']);
    });
  }

  it('is told with all problems of a body at once, and the nearest name', async () => {
    const { body } = await ask(api.url, LOGIN, { body: { usernam: 'a', password: 7 } });
    assert.deepEqual((body.problems as { path: string }[]).map(({ path }) => path).sort(), [
      '',
      'password',
      'username',
    ]);
    assert.match(JSON.stringify(body.problems), /did you mean \\"username\\"/);
  });

  it('is told with all problems of a query', async () => {
    const { status, body } = await ask(api.url, 'GET /api/v1/node/jobs?clientid=a&x=1', {
      token: api.tokens.service,
    });
    assert.deepEqual([status, body.code], [400, 'input.invalid']);
    assert.match(JSON.stringify(body.problems), /did you mean \\"clientId\\"/);
    assert.match(JSON.stringify(body.problems), /unknown key \\"x\\"/);
  });

  it('names in Allow what the route takes', async () => {
    const { headers } = await ask(api.url, 'DELETE /api/v1/tokens');
    assert.equal(headers['allow'], 'POST');
    const node = await ask(api.url, 'PATCH /api/v1/node/job-files/a.json');
    assert.equal(node.headers['allow'], 'DELETE, PUT');
  });

  it('leaves the API as it was: the next request is answered', async () => {
    assert.equal((await ask(api.url, 'GET /healthz')).status, 200);
  });

  it('does not follow keys of a body into prototypes', async () => {
    const evil = '{"username": "a", "password": "b", "__proto__": {"polluted": true}}';
    const { status } = await ask(api.url, LOGIN, { body: evil });
    assert.ok(status === 400 || status === 401);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });
});

describe('every answer', () => {
  let api: TestApi;
  before(async () => (api = await startTestApi()));
  after(() => api.close());

  it('has a request id of its own', async () => {
    const lines = ['GET /healthz', 'GET /healthz', 'GET /nowhere', LOGIN, 'GET /docs'];
    const ids = await Promise.all(
      lines.map(async (line) => String((await ask(api.url, line)).headers['x-openstack-request-id'])),
    );
    for (const id of ids) assert.match(id, /^req-[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    assert.equal(new Set(ids).size, lines.length);
  });

  it('tells browsers to trust only what comes from here', async () => {
    const { headers } = await ask(api.url, 'GET /docs');
    assert.match(String(headers['content-security-policy']), /default-src 'self'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['x-powered-by'], undefined);
  });
});

describe('what goes wrong inside', () => {
  it('is told without what it was, and logged once under the id of the request', async () => {
    const logged: { words: string; facts: Record<string, unknown> }[] = [];
    const error = (words: string, facts: object = {}) => void logged.push({ words, facts: { ...facts } });
    const quiet = () => undefined;
    const logger = { debug: quiet, info: quiet, warn: quiet, error, child: () => logger };
    await using api = await startTestApi({ parts: { logger } });
    const metadata = api.parts.metadata as { transaction: unknown };
    metadata.transaction = () => Promise.reject(new TypeError('table secrets has no column x'));
    const { status, body, text } = await ask(api.url, 'GET /api/v1/node/jobs?clientId=web1', {
      token: api.tokens.service,
    });
    assert.deepEqual([status, body.code], [500, 'internal.unexpected']);
    assert.ok(!text.includes('secrets'), text);
    assert.equal(logged.length, 1);
    assert.equal(logged[0]?.facts['request'], body.instance);
    assert.match(String(logged[0]?.facts['failure']), /no column x/);
  });
});
