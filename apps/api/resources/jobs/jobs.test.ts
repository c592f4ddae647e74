import assert from 'node:assert/strict';
import { jobView } from '#node-protocol';
import { deskOf, fieldIn, problemPaths, type Desk } from '../../testing/desk.js';
import { startTestApi, type TestApi } from '../../testing/start-test-api.js';
import { exampleJob } from './job-example.js';

describe('/api/v1/jobs', () => {
  let api: TestApi;
  let member: Desk;
  let reader: Desk;

  beforeEach(async () => {
    api = await startTestApi();
    member = deskOf(api.url, api.tokens.member);
    reader = deskOf(api.url, api.tokens.reader);
    await member('POST /api/v1/clients', { clientId: 'web1', hostname: 'web1' });
  });
  afterEach(() => api.close());

  it('makes a job with its actions, and says when it will run', async () => {
    const made = await member('POST /api/v1/jobs', exampleJob);
    assert.equal(made.status, 201);
    assert.equal(made.headers.location, '/api/v1/jobs/www-every-night');
    const job = jobView.parse(made.body);
    assert.equal(job.status, 'new');
    assert.equal(job.actions[0]?.maxRetries, 2);
    assert.match(job.nextAt ?? '', /T02:30:00/);
    assert.deepEqual((await reader('GET /api/v1/jobs/www-every-night')).body, made.body);
    const again = await member('POST /api/v1/jobs', exampleJob);
    assert.deepEqual([again.status, again.body['code']], [409, 'job.exists']);
  });

  it('names everything that is wrong with a job at once, each with its place', async () => {
    const answer = await member('POST /api/v1/jobs', {
      clientId: 'web2',
      actions: [{ settings: { action: 'bakcup', max_levle: 3 } }, { id: 'nowhere' }],
      schedule: { hour: '25' },
    });
    assert.equal(answer.status, 400);
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
    const paths = problemPaths(answer);
    for (const place of ['clientId', 'actions.0.settings.action', 'actions.1.id', 'schedule.hour']) {
      assert.ok(paths.includes(place), `${place} in ${paths.join(', ')}`);
    }
  });

  it('names unknown keys and wrong types together with all else, and changes nothing', async () => {
    await member('POST /api/v1/jobs', exampleJob);
    const before = (await member('GET /api/v1/jobs')).body;
    const wrong = {
      clientId: 'web2',
      descripton: 'x',
      sessionTag: 'y',
      schedule: { hour: '25', minutes: '1' },
    };
    for (const [line, body] of [
      ['POST /api/v1/jobs', { ...wrong, actions: exampleJob.actions }],
      ['PUT /api/v1/jobs/www-every-night', { ...wrong, actions: exampleJob.actions }],
      ['PUT /api/v1/jobs/new', { ...wrong, actions: exampleJob.actions }],
      ['PATCH /api/v1/jobs/www-every-night', wrong],
    ] as const) {
      const answer = await member(line, body);
      assert.equal(answer.status, 400, line);
      assert.deepEqual(
        problemPaths(answer).sort(),
        ['', 'clientId', 'schedule', 'schedule.hour', 'sessionTag'],
        line,
      );
    }
    assert.deepEqual((await member('GET /api/v1/jobs')).body, before);
    const unsound = await member('POST /api/v1/jobs', { clientId: 'web1', actions: 'none' });
    assert.deepEqual([unsound.status, problemPaths(unsound)], [400, ['actions']]);
    // Who may not change anything hears that, and nothing of the document.
    assert.equal((await reader('POST /api/v1/jobs', { ...wrong, actions: exampleJob.actions })).status, 403);
  });

  it('keeps what a change does not name', async () => {
    await member('POST /api/v1/jobs', exampleJob);
    const changed = await member('PATCH /api/v1/jobs/www-every-night', { description: 'all of it' });
    const job = jobView.parse(changed.body);
    assert.equal(job.description, 'all of it');
    assert.deepEqual(job.schedule, exampleJob.schedule);
    assert.equal(job.revision, 1);
  });

  it('puts a job in the place of another, or makes it', async () => {
    const { id: _id, ...spec } = exampleJob;
    const made = await member('PUT /api/v1/jobs/mine', spec);
    assert.deepEqual([made.status, made.headers.location], [201, '/api/v1/jobs/mine']);
    const replaced = await member('PUT /api/v1/jobs/mine', { ...spec, schedule: { interval: '1 hours' } });
    assert.deepEqual([replaced.status, replaced.body['schedule']], [200, { interval: '1 hours' }]);
    assert.deepEqual(problemPaths(await member('PUT /api/v1/jobs/mine', { ...spec, id: 'yours' })), ['id']);
  });

  it('lists by client, session and status', async () => {
    await member('POST /api/v1/clients', { clientId: 'db1', hostname: 'db1' });
    await member('POST /api/v1/sessions', { id: 'night' });
    await member('POST /api/v1/jobs', exampleJob);
    await member('POST /api/v1/jobs', { ...exampleJob, id: 'on-db1', clientId: 'db1', sessionId: 'night' });
    const ids = async (query: string) => fieldIn(await reader(`GET /api/v1/jobs${query}`), 'id');
    assert.deepEqual(await ids(''), ['www-every-night', 'on-db1']);
    assert.deepEqual(await ids('?clientId=db1'), ['on-db1']);
    assert.deepEqual(await ids('?sessionId=night'), ['on-db1']);
    assert.deepEqual(await ids('?status=completed'), []);
    assert.equal((await reader('GET /api/v1/jobs?status=done')).status, 400);
  });

  it('takes events', async () => {
    await member('POST /api/v1/jobs', exampleJob);
    const sent = await member('POST /api/v1/jobs/www-every-night/events', { event: 'start' });
    assert.deepEqual([sent.status, sent.body], [202, { result: 'success' }]);
    const again = await member('POST /api/v1/jobs/www-every-night/events', { event: 'start' });
    assert.deepEqual(again.body, { result: 'start already requested' });
    assert.equal((await member('POST /api/v1/jobs/www-every-night/events', { event: 'sing' })).status, 400);
    assert.equal((await member('POST /api/v1/jobs/none/events', { event: 'stop' })).status, 404);
    assert.equal((await reader('POST /api/v1/jobs/www-every-night/events', { event: 'stop' })).status, 403);
  });

  it('answers for a job of another project exactly as for none', async () => {
    await member('POST /api/v1/jobs', exampleJob);
    const other = deskOf(api.url, await api.tokenOf('member', 'other'));
    for (const line of ['GET /api/v1/jobs/ID', 'DELETE /api/v1/jobs/ID', 'PATCH /api/v1/jobs/ID']) {
      const body = line.startsWith('PATCH') ? { description: '' } : undefined;
      const [there, nowhere] = await Promise.all([
        other(line.replace('ID', 'www-every-night'), body),
        other(line.replace('ID', 'nowhere-at-all'), body),
      ]);
      const { instance: _one, ...told } = there.body;
      const { instance: _other, ...expected } = nowhere.body;
      assert.equal(there.status, 404);
      assert.deepEqual(
        JSON.parse(JSON.stringify(told).replaceAll('www-every-night', 'nowhere-at-all')),
        expected,
      );
    }
  });

  it('deletes once', async () => {
    await member('POST /api/v1/jobs', exampleJob);
    assert.equal((await member('DELETE /api/v1/jobs/www-every-night')).status, 204);
    assert.equal((await member('DELETE /api/v1/jobs/www-every-night')).status, 404);
  });
});
