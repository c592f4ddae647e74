import assert from 'node:assert/strict';
import { jobView } from '#node-protocol';
import { deskOf, problemPaths, type Desk } from '../../testing/desk.js';
import { startTestApi, type TestApi } from '../../testing/start-test-api.js';

const metadata = {
  backup_id: '20261120T093415Z-4f7a9c21',
  backup_name: 'www',
  hostname: 'web1',
  container: '/srv/backups',
  storage: 'local',
};

describe('/api/v1/restores', () => {
  let api: TestApi;
  let member: Desk;

  beforeEach(async () => {
    api = await startTestApi();
    member = deskOf(api.url, api.tokens.member);
    await member('POST /api/v1/clients', { clientId: 'web1', hostname: 'web1' });
    await member('POST /api/v1/backups', { clientId: 'web1', metadata });
  });
  afterEach(() => api.close());

  it('is answered with the job that restores, once', async () => {
    const answer = await member('POST /api/v1/restores', {
      backupId: metadata.backup_id,
      target: '/srv/restored',
    });
    assert.equal(answer.status, 201);
    const job = jobView.parse(answer.body);
    assert.equal(answer.headers.location, `/api/v1/jobs/${job.id}`);
    assert.deepEqual([job.clientId, job.schedule, job.status], ['web1', {}, 'new']);
    assert.equal(job.actions[0]?.settings['action'], 'restore');
  });

  it('refuses what cannot be restored', async () => {
    const unknown = await member('POST /api/v1/restores', { backupId: 'nothing', target: '/srv/restored' });
    assert.deepEqual([unknown.status, unknown.body['code']], [404, 'backup.not-recorded']);
    const wrong = await member('POST /api/v1/restores', {
      backupId: metadata.backup_id,
      target: 'here',
      clientId: '-',
    });
    assert.deepEqual(problemPaths(wrong), ['target', 'clientId']);
    const reader = deskOf(api.url, api.tokens.reader);
    assert.equal((await reader('POST /api/v1/restores', { backupId: 'x', target: '/y' })).status, 403);
  });
});
