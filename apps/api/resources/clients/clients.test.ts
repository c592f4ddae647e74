import assert from 'node:assert/strict';
import { clientView } from '#node-protocol';
import { deskOf, fieldIn, problemPaths, type Desk } from '../../testing/desk.js';
import { startTestApi, type TestApi } from '../../testing/start-test-api.js';

const WEB1 = { clientId: 'web1', hostname: 'web1.example.org' };

describe('/api/v1/clients', () => {
  let api: TestApi;
  let member: Desk;
  let admin: Desk;
  let reader: Desk;

  beforeEach(async () => {
    api = await startTestApi();
    member = deskOf(api.url, api.tokens.member);
    admin = deskOf(api.url, api.tokens.admin);
    reader = deskOf(api.url, api.tokens.reader);
  });
  afterEach(() => api.close());

  it('makes, shows, changes and forgets a client', async () => {
    const made = await member('POST /api/v1/clients', WEB1);
    assert.equal(made.status, 201);
    assert.equal(made.headers.location, '/api/v1/clients/web1');
    const client = clientView.parse(made.body);
    assert.deepEqual(client.capabilities, api.parts.allCapabilities);

    assert.deepEqual((await reader('GET /api/v1/clients/web1')).body, made.body);
    assert.deepEqual((await reader(`GET /api/v1/clients/${client.id}`)).body, made.body);
    const changed = await member('PATCH /api/v1/clients/web1', { description: 'the shop' });
    assert.deepEqual([changed.status, changed.body['description']], [200, 'the shop']);
    assert.equal(changed.body['hostname'], WEB1.hostname);

    const gone = await member('DELETE /api/v1/clients/web1');
    assert.deepEqual([gone.status, gone.text], [204, '']);
    assert.equal((await member('DELETE /api/v1/clients/web1')).body['code'], 'client.missing');
    assert.equal((await reader('GET /api/v1/clients/web1')).status, 404);
  });

  it('lists in pages, with how many there are', async () => {
    for (const clientId of ['a', 'b', 'c']) await member('POST /api/v1/clients', { ...WEB1, clientId });
    const all = fieldIn(await reader('GET /api/v1/clients'), 'clientId');
    assert.deepEqual([...all].sort(), ['a', 'b', 'c']);
    const page = await reader('GET /api/v1/clients?limit=2&offset=1');
    assert.deepEqual(fieldIn(page, 'clientId'), all.slice(1));
    assert.deepEqual([page.body['total'], page.body['offset'], page.body['limit']], [3, 1, 2]);
  });

  it('refuses to list without sense, and names every problem', async () => {
    const answer = await reader('GET /api/v1/clients?limit=0&offset=-1&colour=blue');
    assert.equal(answer.status, 400);
    assert.deepEqual(problemPaths(answer).sort(), ['', 'limit', 'offset']);
  });

  it('is looked at by readers and changed by members', async () => {
    assert.equal((await reader('POST /api/v1/clients', WEB1)).status, 403);
    assert.equal((await reader('GET /api/v1/clients')).status, 200);
    assert.equal((await member('POST /api/v1/clients', { ...WEB1, central: true })).status, 403);
    assert.equal((await admin('POST /api/v1/clients', { ...WEB1, central: true })).status, 201);
  });

  it('answers for another project as if it were empty, and lets administrators name it', async () => {
    const other = deskOf(api.url, await api.tokenOf('member', 'other'));
    await other('POST /api/v1/clients', WEB1);
    assert.equal((await member('GET /api/v1/clients/web1')).status, 404);
    assert.equal((await admin('GET /api/v1/clients/web1')).status, 404);

    const named = await admin('GET /api/v1/clients/web1?project=other');
    assert.deepEqual([named.status, named.body['project']], [200, 'other']);
    assert.deepEqual(fieldIn(await admin('GET /api/v1/clients?project=other&limit=5'), 'clientId'), ['web1']);
    const refused = await member('GET /api/v1/clients?project=other');
    assert.deepEqual([refused.status, refused.body['code']], [403, 'auth.forbidden']);
    assert.equal((await other('GET /api/v1/clients?project=other')).status, 200);
  });
});
