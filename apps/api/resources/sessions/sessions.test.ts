import assert from 'node:assert/strict';
import { sessionView } from '#node-protocol';
import { deskOf, type Desk } from '../../testing/desk.js';
import { startTestApi, type TestApi } from '../../testing/start-test-api.js';
import { exampleJob } from '../jobs/job-example.js';
import { exampleSession } from './session-example.js';

const ONE = '/api/v1/sessions/shop-every-night';

describe('/api/v1/sessions', () => {
  let api: TestApi;
  let member: Desk;

  beforeEach(async () => {
    api = await startTestApi();
    member = deskOf(api.url, api.tokens.member);
  });
  afterEach(() => api.close());

  it('makes, changes, replaces and deletes a session', async () => {
    const made = await member('POST /api/v1/sessions', exampleSession);
    assert.deepEqual([made.status, made.headers.location], [201, ONE]);
    assert.equal(sessionView.parse(made.body).holdOff, 60);
    const changed = await member(`PATCH ${ONE}`, { holdOff: 5 });
    assert.deepEqual([changed.body['holdOff'], changed.body['schedule']], [5, exampleSession.schedule]);
    const replaced = await member(`PUT ${ONE}`, { description: 'anew' });
    assert.deepEqual([replaced.status, replaced.body['holdOff'], replaced.body['schedule']], [200, 30, {}]);
    assert.equal((await member('PUT /api/v1/sessions/other', {})).status, 201);
    assert.equal((await member(`DELETE ${ONE}`)).status, 204);
    assert.equal((await member(`GET ${ONE}`)).body['code'], 'session.missing');
  });

  it('takes in jobs, and lets them go', async () => {
    await member('POST /api/v1/clients', { clientId: 'web1', hostname: 'web1' });
    await member('POST /api/v1/jobs', exampleJob);
    await member('POST /api/v1/sessions', exampleSession);
    assert.equal((await member(`PUT ${ONE}/jobs/www-every-night`)).status, 204);
    const { jobs } = sessionView.parse((await member(`GET ${ONE}`)).body);
    assert.equal(jobs['www-every-night']?.clientId, 'web1');
    assert.equal((await member('GET /api/v1/jobs/www-every-night')).body['sessionId'], exampleSession.id);

    assert.equal((await member(`DELETE ${ONE}/jobs/www-every-night`)).status, 204);
    assert.deepEqual(sessionView.parse((await member(`GET ${ONE}`)).body).jobs, {});
    assert.equal((await member(`PUT ${ONE}/jobs/nowhere`)).body['code'], 'job.missing');
    assert.equal((await member('PUT /api/v1/sessions/nowhere/jobs/www-every-night')).status, 404);
  });
});
