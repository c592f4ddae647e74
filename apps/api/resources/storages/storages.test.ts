import assert from 'node:assert/strict';
import { jsonLogger, systemClock } from '#kernel';
import { storageView } from '#node-protocol';
import { ask } from '../../testing/ask.js';
import { deskOf, fieldIn, problemPaths, type Desk, type Reply } from '../../testing/desk.js';
import { startTestApi, type TestApi } from '../../testing/start-test-api.js';

const PASSWORD = 'hush-hush-hush-1';
const OFFICE = {
  name: 'office',
  kind: 'sftp',
  settings: { host: 'nas.example.org', container: '/srv/backups' },
  secrets: { password: { value: PASSWORD } },
};
const ONE = '/api/v1/storages/office';
const settings = { action: 'backup', path_to_backup: '/etc', backup_name: 'etc', storage: 'office' };

describe('/api/v1/storages', () => {
  let api: TestApi;
  let member: Desk;
  let answers: string[];
  const log: string[] = [];

  beforeEach(async () => {
    log.length = 0;
    answers = [];
    const logger = jsonLogger((line) => log.push(line), systemClock, 'debug');
    api = await startTestApi({ parts: { logger } });
    const desk = deskOf(api.url, api.tokens.member);
    member = async (...asked) => {
      const reply = await desk(...asked);
      answers.push(reply.text);
      return reply;
    };
  });
  afterEach(async () => {
    await api.close();
    assert.ok(!answers.join('\n').includes(PASSWORD) && !log.join('\n').includes(PASSWORD));
    assert.ok(log.length > 0);
  });

  it('makes, shows, changes and forgets a storage, by name and by id', async () => {
    const made = await member('POST /api/v1/storages', OFFICE);
    const { id, secrets } = storageView.parse(made.body);
    assert.deepEqual([made.status, made.headers.location], [201, `/api/v1/storages/${id}`]);
    assert.deepEqual(secrets, { password: { sealed: true } });
    assert.deepEqual((await member(`GET ${ONE}`)).body, made.body);
    assert.deepEqual((await member(`GET /api/v1/storages/${id}`)).body, made.body);
    assert.deepEqual(fieldIn(await member('GET /api/v1/storages'), 'name'), ['office']);
    const changed = await member(`PATCH ${ONE}`, {
      secrets: { password: null, passphrase: { variable: 'KEY' } },
    });
    assert.deepEqual(changed.body['secrets'], { passphrase: { variable: 'KEY' } });
    assert.equal((await member('POST /api/v1/storages', OFFICE)).body['code'], 'metadata.duplicate');
    assert.equal((await member(`DELETE ${ONE}`)).status, 204);
    assert.equal((await member(`GET ${ONE}`)).body['code'], 'storage.missing');
  });

  it('names everything that is wrong, and never the secret', async () => {
    const wrong = await member('POST /api/v1/storages', {
      ...OFFICE,
      settings: { container: '/b', password: PASSWORD },
    });
    assert.deepEqual(problemPaths(wrong), ['settings.password', 'settings.host']);
    const text = { ...OFFICE, secrets: { password: PASSWORD } };
    assert.deepEqual(problemPaths(await member('POST /api/v1/storages', text)), ['secrets.password']);
    assert.equal(
      (await member('POST /api/v1/storages', `{"secrets": {"password": ${PASSWORD}}}`)).status,
      400,
    );
  });

  it('belongs to its project, and readers look at it', async () => {
    await member('POST /api/v1/storages', OFFICE);
    const reader = deskOf(api.url, api.tokens.reader);
    assert.equal((await reader(`GET ${ONE}`)).status, 200);
    assert.equal((await reader(`DELETE ${ONE}`)).status, 403);
    const stranger = deskOf(api.url, await api.tokenOf('member', 'elsewhere'));
    assert.equal((await stranger(`GET ${ONE}`)).body['code'], 'storage.missing');
  });

  it('is used by jobs, which keep it, and handed to the scheduler of a run alone', async () => {
    await member('POST /api/v1/storages', OFFICE);
    await member('POST /api/v1/clients', { clientId: 'web1', hostname: 'web1' });
    const job = { id: 'nightly', clientId: 'web1', actions: [{ id: 'etc', settings }] };
    assert.equal((await member('POST /api/v1/jobs', job)).status, 201);
    const kept = await member(`DELETE ${ONE}`);
    assert.match(String(kept.body['detail']), /nightly/);

    const service = deskOf(api.url, api.tokens.service);
    const claimed = await service('POST /api/v1/node/claims', {
      ...{ clientId: 'web1', jobId: 'nightly', jobRevision: 1, occurrence: 'once:1', holder: 'h' },
      ...{ dueAt: new Date(0).toISOString(), claimId: 'secret-claim' },
    });
    assert.deepEqual(claimed.body['storages'], ['etc']);
    const { id } = claimed.body['run'] as { id: string };
    const request = { fence: 1, claimId: 'secret-claim', action: 'etc' };
    const line = `POST /api/v1/node/runs/${id}/storages`;
    const given = await service(line, request);
    assert.equal(given.headers['cache-control'], 'no-store');
    const [storage] = given.body['storages'] as { secrets: object }[];
    assert.deepEqual(storage?.secrets, { password: PASSWORD });
    const admin: Reply = await deskOf(api.url, api.tokens.admin)(line, request);
    assert.deepEqual([admin.status, (await member(line, request)).status], [403, 403]);
    assert.ok(!admin.text.includes(PASSWORD));
    assert.equal((await service(line, { ...request, claimId: 'guess' })).body['code'], 'run.lease-lost');
  });

  it('has kinds with their settings and schemas', async () => {
    const kinds = await member('GET /api/v1/storage-kinds');
    assert.ok(fieldIn(kinds, 'kind').includes('swift'));
    const sftp = await member('GET /api/v1/storage-kinds/ssh');
    assert.equal(sftp.body['kind'], 'sftp');
    assert.equal((await member('GET /api/v1/storage-kinds/odd')).body['code'], 'storage.unknown-kind');
    assert.equal((await ask(api.url, 'GET /api/v1/storage-kinds')).status, 401);
  });
});
