import assert from 'node:assert/strict';
import { backupView } from '#node-protocol';
import { deskOf, fieldIn, problemPaths, type Desk } from '../../testing/desk.js';
import { startTestApi, type TestApi } from '../../testing/start-test-api.js';

const metadata = {
  backup_id: '20261120T093415Z-4f7a9c21',
  backup_name: 'www',
  hostname: 'web1',
  container: '/srv/backups',
  level: 1,
};

describe('/api/v1/backups', () => {
  let api: TestApi;
  let member: Desk;

  beforeEach(async () => {
    api = await startTestApi();
    member = deskOf(api.url, api.tokens.member);
    await member('POST /api/v1/clients', { clientId: 'web1', hostname: 'web1' });
  });
  afterEach(() => api.close());

  it('remembers a backup, and shows what people look for first', async () => {
    const made = await member('POST /api/v1/backups', { clientId: 'web1', metadata });
    assert.equal(made.status, 201);
    const backup = backupView.parse(made.body);
    assert.equal(made.headers.location, `/api/v1/backups/${backup.id}`);
    const { storedId, backupName, container, level, status } = backup;
    assert.deepEqual(
      { storedId, backupName, container, level, status },
      {
        ...{ storedId: metadata.backup_id, backupName: 'www', container: '/srv/backups' },
        ...{ level: 1, status: 'available' },
      },
    );
    assert.deepEqual((await member(`GET /api/v1/backups/${backup.id}`)).body, made.body);
  });

  it('lists by client, name and container', async () => {
    await member('POST /api/v1/backups', { clientId: 'web1', metadata });
    await member('POST /api/v1/backups', {
      metadata: { ...metadata, backup_name: 'etc', container: '/mnt' },
    });
    const names = async (query: string) => fieldIn(await member(`GET /api/v1/backups${query}`), 'backupName');
    assert.deepEqual(await names(''), ['www', 'etc']);
    assert.deepEqual(await names('?clientId=web1'), ['www']);
    assert.deepEqual(await names('?backupName=etc'), ['etc']);
    assert.deepEqual(await names('?container=/mnt&backupName=www'), []);
  });

  it('adds to the metadata, and forgets', async () => {
    const { id } = backupView.parse((await member('POST /api/v1/backups', { metadata })).body);
    const changed = await member(`PATCH /api/v1/backups/${id}`, { status: 'error', metadata: { note: 'x' } });
    assert.equal(changed.body['status'], 'error');
    assert.deepEqual(changed.body['metadata'], { ...metadata, note: 'x' });
    assert.equal((await member(`DELETE /api/v1/backups/${id}`)).status, 204);
    assert.equal((await member(`DELETE /api/v1/backups/${id}`)).body['code'], 'backup.not-recorded');
  });

  it('refuses metadata without the names by which a backup is found', async () => {
    const answer = await member('POST /api/v1/backups', { metadata: { container: '' } });
    assert.deepEqual(problemPaths(answer), [
      'metadata.container',
      'metadata.hostname',
      'metadata.backup_name',
    ]);
  });
});
