import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { query, sharedPostgres, type FreshDatabase } from '#embedded-postgres/testing';
import { silentLogger, systemClock } from '#kernel';
import { sqlMetadata } from '#metadata/sql';
import {
  claimReply,
  heartbeatReply,
  pollReply,
  registerReply,
  reportReply,
  type ClaimReply,
} from '#node-protocol';
import { ask, type Answer, type Asked } from '../testing/ask.js';
import { startTestApi, type TestApi } from '../testing/start-test-api.js';

// The conversation of a scheduler with the API, over the network and with a real database.
describe('the node link', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  let api: TestApi;
  let claimed: ClaimReply;

  before(async () => {
    database = await (await sharedPostgres()).createDatabase();
    const metadata = await sqlMetadata({ url: database.url, logger: silentLogger, clock: systemClock });
    await metadata.migrate();
    api = await startTestApi({ parts: { metadata } });
  });
  after(async () => {
    await api.close();
    await api.parts.metadata.close();
    await database.drop();
  });

  const say = (line: string, body?: unknown, more: Asked = {}): Promise<Answer> =>
    ask(api.url, line, { token: api.tokens.service, ...(body !== undefined && { body }), ...more });

  const settings = { action: 'backup', path_to_backup: '/etc', backup_name: 'etc', container: '/srv/b' };
  const jobFile = {
    clientId: 'web1',
    digest: 'sha256:1',
    job: { clientId: 'web1', actions: [{ settings, maxRetries: 1 }] },
  };
  const claim = (holder = 'h1', claimId = 'c1') => ({
    ...{ clientId: 'web1', jobId: claimed.job.id, jobRevision: claimed.job.revision, occurrence: 'once:1' },
    ...{ dueAt: claimed.job.activation.at, holder, claimId },
  });

  it('registers a client, and says how long a run lives', async () => {
    const client = {
      ...{ clientId: 'web1', hostname: 'web1.example.org', timezone: 'Europe/Berlin', program: 'firn 0' },
      capabilities: { actions: ['backup'], modes: ['fs'], storages: ['local'], engines: ['tar'] },
    };
    const first = await say('PUT /api/v1/node/client', client);
    assert.equal(first.status, 200, first.text);
    const reply = registerReply.parse(first.body);
    assert.deepEqual([reply.client.clientId, reply.leaseMs], ['web1', 60_000]);
    const again = registerReply.parse((await say('PUT /api/v1/node/client', client)).body);
    assert.equal(again.client.id, reply.client.id);
  });

  it('refuses a job file with all its problems at once, each with its place', async () => {
    const wrong = {
      ...jobFile,
      job: {
        clientId: 'web1',
        actions: [{ settings: { ...settings, storage: 'locl', compresion: 'zstd', max_level: 'many' } }],
        schedule: { hour: '25' },
      },
    };
    const { status, body } = await say('PUT /api/v1/node/job-files/etc.yaml', wrong);
    assert.deepEqual([status, body.code], [400, 'input.invalid']);
    const told = (path: string) =>
      (body.problems as { path: string; message: string }[])
        .filter((problem) => problem.path === path)
        .map(({ message }) => message)
        .join('; ');
    assert.match(told('actions.0.settings.storage'), /did you mean "local"/);
    assert.match(told('actions.0.settings.compresion'), /did you mean "compression"/);
    assert.match(told('actions.0.settings.max_level'), /many/);
    assert.match(told('schedule.hour'), /25/);
  });

  it('takes a job file, and tells its job at the next poll', async () => {
    const put = await say('PUT /api/v1/node/job-files/etc.yaml', jobFile);
    assert.equal(put.status, 200, put.text);
    const again = await say('PUT /api/v1/node/job-files/etc.yaml', jobFile);
    assert.deepEqual([again.body.id, again.body.revision], [put.body.id, put.body.revision]);
    const { jobs, cancel } = pollReply.parse((await say('GET /api/v1/node/jobs?clientId=web1')).body);
    assert.deepEqual([jobs.map((job) => job.id), cancel], [[put.body.id], []]);
    assert.deepEqual(jobs[0]?.origin, { kind: 'file', file: 'etc.yaml', digest: 'sha256:1' });
    claimed = { job: jobs[0] } as ClaimReply;
  });

  it('answers an acknowledgement, also the same one again', async () => {
    const line = `POST /api/v1/node/jobs/${claimed.job.id}/acknowledgements`;
    const note = { clientId: 'web1', activation: 1, running: false };
    for (let times = 0; times < 2; times += 1) {
      const { status, body, text } = await say(line, note);
      assert.deepEqual([status, body.status], [200, 'scheduled'], text);
    }
  });

  it('gives an occurrence to one holder, and the same run to a claim that is sent again', async () => {
    const first = await say('POST /api/v1/node/claims', claim());
    assert.equal(first.status, 200, first.text);
    const again = claimReply.parse((await say('POST /api/v1/node/claims', claim())).body);
    claimed = claimReply.parse(first.body);
    assert.deepEqual([again.run.id, again.run.fence], [claimed.run.id, claimed.run.fence]);
    const other = await say('POST /api/v1/node/claims', claim('h2', 'c2'));
    assert.deepEqual([other.status, other.body.code], [409, 'run.already-claimed']);
    assert.ok(!first.text.includes('"holder"') && !first.text.includes('"claimId"'));
  });

  it('hears heartbeats, and tells a holder to stop a run that is to be cancelled', async () => {
    const line = `POST /api/v1/node/runs/${claimed.run.id}/heartbeats`;
    const progress = { action: 0, attempt: 1, step: 'transfer', bytes: 3_000_000_000 };
    const { status, body } = await say(line, { fence: claimed.run.fence, progress });
    assert.equal(status, 200);
    assert.equal(heartbeatReply.parse(body).cancel, false);
    const stale = await say(line, { fence: claimed.run.fence + 1 });
    assert.deepEqual([stale.status, stale.body.code], [409, 'run.lease-lost']);
  });

  it('takes a report once, however often it is sent', async () => {
    const endedAt = '2026-11-20T02:31:12.345Z';
    const report = {
      ...{ fence: claimed.run.fence, state: 'succeeded', endedAt, exitCode: 0, attempts: [], more: false },
      ...{ bytesRead: 5_000_000_000, bytesStored: 1_234_567 },
      backups: [
        {
          ...{ container: '/srv/b', hostname: 'web1', backup_name: 'etc' },
          ...{ backup_id: '20261120T023000Z-4f7a9c21', curr_backup_level: 0 },
        },
      ],
    };
    const line = `PUT /api/v1/node/runs/${claimed.run.id}/report`;
    for (let times = 0; times < 3; times += 1) {
      const answer = await say(line, report);
      assert.equal(answer.status, 200, answer.text);
      const { run } = reportReply.parse(answer.body);
      assert.deepEqual([run.state, run.endedAt, run.bytesRead], ['succeeded', endedAt, 5_000_000_000]);
    }
    const late = await say(line, { ...report, state: 'failed' });
    assert.deepEqual([late.status, late.body.code], [409, 'run.transition-invalid']);
    const [rows] = await query(database.url, 'SELECT count(*)::int AS backups FROM firn.backups');
    assert.deepEqual(rows, { backups: 1 });
  });

  it('measures what the database holds', async () => {
    const { text } = await ask(api.url, 'GET /metrics');
    const measured = (name: string, label: string) =>
      Number(new RegExp(`^${name}\\{${label}\\} (\\S+)$`, 'm').exec(text)?.[1]);
    const [runs] = await query(
      database.url,
      `SELECT count(*)::int AS runs, sum(bytes_read)::float8 AS read, sum(bytes_stored)::float8 AS stored
         FROM firn.runs WHERE state = 'succeeded'`,
    );
    const state = 'state="succeeded"';
    assert.deepEqual(runs, {
      runs: measured('firn_runs', state),
      read: measured('firn_runs_read_bytes', state),
      stored: measured('firn_runs_stored_bytes', state),
    });
    assert.equal(measured('firn_runs', 'state="failed"'), 0);
    for (const kind of ['clients', 'jobs', 'backups']) {
      const [counted] = await query(database.url, `SELECT count(*)::int AS n FROM firn.${kind}`);
      assert.equal(measured('firn_documents', `kind="${kind}"`), counted?.['n'], kind);
    }
    const route = 'method="PUT",route="/api/v1/node/runs/:id/report",status="200"';
    assert.equal(measured('firn_http_request_duration_seconds_count', route), 3);
  });

  it('stops the job of a file that is gone, once', async () => {
    const line = 'DELETE /api/v1/node/job-files/etc.yaml?clientId=web1';
    const first = await say(line);
    assert.equal(first.status, 200, first.text);
    assert.equal((await say(line)).status, 200);
    assert.deepEqual((await say('GET /api/v1/node/jobs?clientId=web1')).body.jobs, []);
  });

  it('is for schedulers: nobody else registers, and another project knows nothing of a run', async () => {
    const member = await say('GET /api/v1/node/jobs?clientId=web1', undefined, { token: api.tokens.member });
    assert.deepEqual([member.status, member.body.code], [403, 'auth.forbidden']);
    const stranger = await api.tokenOf('service', 'other');
    const beat = (run: string) =>
      say(`POST /api/v1/node/runs/${run}/heartbeats`, { fence: 1 }, { token: stranger });
    const [foreign, unknown] = [await beat(claimed.run.id), await beat('0'.repeat(32))];
    assert.deepEqual([foreign.status, foreign.body.code], [404, 'run.missing']);
    assert.equal(
      String(foreign.body.detail).replace(claimed.run.id, ''),
      String(unknown.body.detail).replace('0'.repeat(32), ''),
    );
  });

  it('takes another project from the header, of administrators only', async () => {
    const headers = { 'x-firn-project': 'other' };
    const member = await say('GET /api/v1/node/jobs?clientId=web1', undefined, { headers });
    assert.deepEqual([member.status, member.body.code], [403, 'auth.forbidden']);
    const admin = await say('GET /api/v1/node/jobs?clientId=web1', undefined, {
      headers,
      token: api.tokens.admin,
    });
    assert.deepEqual([admin.status, admin.body.code], [404, 'client.missing']);
    const bad = await say('GET /api/v1/node/jobs?clientId=web1', undefined, {
      headers: { 'x-firn-project': 'a b' },
    });
    assert.deepEqual([bad.status, bad.body.code], [400, 'input.invalid']);
  });
});
