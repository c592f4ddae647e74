import assert from 'node:assert/strict';
import { runView } from '#node-protocol';
import { deskOf, fieldIn, type Desk } from '../../testing/desk.js';
import { startTestApi, type TestApi } from '../../testing/start-test-api.js';
import { exampleJob } from '../jobs/job-example.js';

describe('/api/v1/runs', () => {
  let api: TestApi;
  let member: Desk;
  let node: Desk;

  beforeEach(async () => {
    api = await startTestApi();
    member = deskOf(api.url, api.tokens.member);
    node = deskOf(api.url, api.tokens.service);
    await member('POST /api/v1/clients', { clientId: 'web1', hostname: 'web1' });
  });
  afterEach(() => api.close());

  /** Has the scheduler of web1 begin a run of a new job; its id. */
  async function begun(jobId: string): Promise<string> {
    const { schedule: _, ...once } = exampleJob;
    await member('POST /api/v1/jobs', { ...once, id: jobId });
    const claimed = await node('POST /api/v1/node/claims', {
      ...{ clientId: 'web1', jobId, jobRevision: 1, occurrence: 'once:1', holder: 'h', claimId: jobId },
      dueAt: api.parts.clock.now().toISOString(),
    });
    assert.equal(claimed.status, 200, claimed.text);
    return runView.parse(claimed.body['run']).id;
  }

  it('are listed, the newest first unless asked otherwise', async () => {
    const first = await begun('first');
    const second = await begun('second');
    const ids = async (query: string) => fieldIn(await member(`GET /api/v1/runs${query}`), 'id');
    assert.deepEqual(await ids(''), [second, first]);
    assert.deepEqual(await ids('?oldestFirst=true'), [first, second]);
    assert.deepEqual(await ids('?oldestFirst=false&jobId=first'), [first]);
    assert.deepEqual(await ids('?state=claimed&clientId=web1&limit=1'), [second]);
    assert.deepEqual(await ids('?state=failed'), []);
    assert.equal((await member('GET /api/v1/runs?state=broken&oldestFirst=perhaps')).status, 400);
  });

  it('are shown without the marks by which their holder is known', async () => {
    const { body, status } = await member(`GET /api/v1/runs/${await begun('first')}`);
    assert.equal(status, 200);
    assert.ok(!('holder' in body) && !('claimId' in body));
    assert.equal((await member('GET /api/v1/runs/none')).body['code'], 'run.missing');
  });

  it('are cancelled by asking, and not once they have ended', async () => {
    const id = await begun('first');
    const asked = await member(`POST /api/v1/runs/${id}/cancel`);
    assert.equal(asked.status, 202);
    assert.ok(runView.parse(asked.body).cancelRequestedAt);
    const ended = { fence: 1, state: 'succeeded', endedAt: api.parts.clock.now().toISOString() };
    await node(`PUT /api/v1/node/runs/${id}/report`, {
      ...ended,
      ...{ attempts: [], bytesRead: 1, bytesStored: 1, more: false, backups: [] },
    });
    const late = await member(`POST /api/v1/runs/${id}/cancel`);
    assert.deepEqual([late.status, late.body['code']], [409, 'run.transition-invalid']);
  });
});
