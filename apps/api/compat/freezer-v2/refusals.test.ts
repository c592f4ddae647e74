import assert from 'node:assert/strict';
import { ask } from '../../testing/ask.js';
import { deskOf } from '../../testing/desk.js';
import { startTestApi, type TestApi } from '../../testing/start-test-api.js';
import { describeWire, P } from './wire.fixture.js';

describeWire('Freezer v2: refusals', [
  { why: 'no token', ask: `GET ${P}/jobs`, as: 'nobody', status: 401, like: { title: 'Unauthorized' } },
  {
    why: 'no token for the home document',
    ask: 'GET /v2',
    as: 'nobody',
    status: 401,
    like: { title: 'Unauthorized' },
  },
  {
    why: 'no JSON',
    ask: `POST ${P}/jobs`,
    body: '{"client_id":',
    status: 400,
    like: { title: 'Malformed JSON' },
  },
  { why: 'a list', ask: `POST ${P}/jobs`, body: [], status: 400, like: { title: 'Bad request format' } },
  {
    why: 'a list as a search',
    ask: `GET ${P}/jobs`,
    body: [1],
    status: 400,
    like: { title: 'Bad request format' },
  },
  {
    why: 'an object in place of a list of matches',
    ask: `GET ${P}/jobs`,
    body: { match: { a: 1 } },
    status: 400,
    like: { title: 'Bad request format' },
  },
  { why: 'nothing', ask: `POST ${P}/jobs`, status: 400, like: { title: 'Bad request format' } },
  { why: 'a road to nowhere', ask: `GET ${P}/nowhere`, status: 404, answer: { title: '404 Not Found' } },
  {
    why: 'a wrong verb',
    ask: `PUT ${P}/jobs/x`,
    body: {},
    status: 405,
    answer: { title: '405 Method Not Allowed' },
  },
  {
    why: 'a limit that is none',
    ask: `GET ${P}/jobs?limit=abc`,
    status: 400,
    answer: {
      title: 'Invalid parameter',
      description: 'The "limit" parameter is invalid. The value must be an integer, and not below 0.',
    },
  },
  {
    why: 'an offset that is none',
    ask: `GET ${P}/jobs?offset=-1`,
    status: 400,
    like: { title: 'Invalid parameter' },
  },
  {
    why: 'neither yes nor no',
    ask: `GET ${P}/jobs?all_projects=maybe`,
    status: 400,
    like: { title: 'Invalid parameter' },
  },
  {
    why: 'an id that cannot be one',
    ask: `GET ${P}/jobs/%00`,
    status: 400,
    like: { title: 'Bad request format' },
  },
  {
    why: 'a project that cannot be one',
    ask: 'GET /v2/a.b/jobs',
    status: 400,
    like: { title: 'Bad request format' },
  },
  {
    why: 'too much',
    ask: `POST ${P}/jobs`,
    body: { description: 'x'.repeat(2_000_000) },
    status: 413,
    like: { title: 'Request Entity Too Large' },
  },
]);

describe('Freezer v2: the way in', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
  });
  after(() => api.close());

  it('tells everybody which versions there are', async () => {
    const { status, body } = await deskOf(api.url, undefined)('GET /');
    assert.equal(status, 300);
    assert.deepEqual(body, {
      versions: [
        {
          ...{ id: 'v2', status: 'CURRENT', updated: '2018-02-21T13:30:00' },
          links: [{ rel: 'self', href: `${api.url}/v2/` }],
        },
      ],
    });
  });

  it('answers a home document to those who have a token', async () => {
    const { status, headers, body } = await deskOf(api.url, api.tokens.reader)('GET /v2/');
    assert.equal(status, 200);
    assert.match(String(headers['content-type']), /^application\/json-home/);
    assert.deepEqual(Object.keys(body['resources'] as object), ['rel/backups', 'rel/jobs', 'rel/job']);
  });

  it("takes the token where OpenStack's clients send it, and a body of any type", async () => {
    const headers = {
      'x-auth-token': api.tokens.member,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const answer = await ask(api.url, 'POST /v2/default/clients', { headers, body: { client_id: 'web1' } });
    assert.equal(answer.status, 201);
  });

  it('tells which verbs there are', async () => {
    const { headers } = await deskOf(api.url, api.tokens.member)('PUT /v2/default/jobs');
    assert.equal(headers['allow'], 'GET, HEAD, POST');
  });
});
