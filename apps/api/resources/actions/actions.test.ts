import assert from 'node:assert/strict';
import { actionView } from '#node-protocol';
import { deskOf, fieldIn, problemPaths, type Desk } from '../../testing/desk.js';
import { startTestApi, type TestApi } from '../../testing/start-test-api.js';

const settings = { action: 'backup', path_to_backup: '/etc', backup_name: 'etc', container: '/srv/backups' };

describe('/api/v1/actions', () => {
  let api: TestApi;
  let member: Desk;

  beforeEach(async () => {
    api = await startTestApi();
    member = deskOf(api.url, api.tokens.member);
  });
  afterEach(() => api.close());

  it('makes an action with what is usual, and shows it', async () => {
    const made = await member('POST /api/v1/actions', { id: 'etc', settings });
    assert.deepEqual([made.status, made.headers.location], [201, '/api/v1/actions/etc']);
    const { maxRetries, maxRetriesInterval, mandatory } = actionView.parse(made.body);
    assert.deepEqual([maxRetries, maxRetriesInterval, mandatory], [5, 6, false]);
    assert.deepEqual((await member('GET /api/v1/actions/etc')).body, made.body);
    assert.deepEqual(fieldIn(await member('GET /api/v1/actions'), 'id'), ['etc']);
    assert.equal(
      (await member('POST /api/v1/actions', { id: 'etc', settings })).body['code'],
      'action.exists',
    );
  });

  it('changes what is named, for the jobs that use it, too', async () => {
    await member('POST /api/v1/clients', { clientId: 'web1', hostname: 'web1' });
    await member('POST /api/v1/actions', { id: 'etc', settings });
    await member('POST /api/v1/jobs', { id: 'j', clientId: 'web1', actions: [{ id: 'etc' }] });
    const changed = await member('PATCH /api/v1/actions/etc', { maxRetries: 0, mandatory: true });
    assert.deepEqual(actionView.parse(changed.body).settings, settings);
    assert.deepEqual([changed.body['maxRetries'], changed.body['mandatory']], [0, true]);
    assert.equal((await member('GET /api/v1/jobs/j')).body['revision'], 2);
  });

  it('replaces one, or makes it', async () => {
    assert.equal((await member('PUT /api/v1/actions/etc', { settings, maxRetries: 1 })).status, 201);
    const replaced = await member('PUT /api/v1/actions/etc', { settings });
    assert.deepEqual([replaced.status, replaced.body['maxRetries']], [200, 5]);
  });

  it('tells what is wrong with settings', async () => {
    const answer = await member('POST /api/v1/actions', {
      settings: { ...settings, max_levle: 2, storage: 'locla' },
    });
    assert.equal(answer.status, 400);
    assert.ok(problemPaths(answer).includes('settings.storage'), answer.text);
    assert.match(answer.text, /did you mean .*max-level/);
  });

  it('deletes one, also from the jobs that use it', async () => {
    await member('POST /api/v1/clients', { clientId: 'web1', hostname: 'web1' });
    await member('POST /api/v1/actions', { id: 'etc', settings });
    await member('POST /api/v1/jobs', { id: 'j', clientId: 'web1', actions: [{ id: 'etc' }] });
    assert.equal((await member('DELETE /api/v1/actions/etc')).status, 204);
    assert.deepEqual((await member('GET /api/v1/jobs/j')).body['actions'], []);
    assert.equal((await member('DELETE /api/v1/actions/etc')).body['code'], 'action.missing');
  });
});
