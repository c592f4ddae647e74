import { afterEach, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { Failure, isFailure } from '#kernel';
import { HurryingClock } from '#kernel/testing';
import type { RunView } from '#node-protocol';
import { startHttpServer, type HttpReply, type TestHttpServer } from '#test/support';
import { apiIsReady, openApiClient, type ApiClient } from './index.js';

const AT = '2026-11-20T01:02:03.000Z';
const ANY = '<any>';

type Act = (api: ApiClient) => Promise<unknown>;

/** Each verb with the request that it makes, and an answer that makes no sense to it. */
const REQUESTS: readonly (readonly [line: string, body: unknown, act: Act])[] = [
  [
    'GET /api/v1/jobs?limit=3&clientId=web1',
    undefined,
    (api) => api.jobs.list({ limit: 3, clientId: 'web1' }),
  ],
  ['GET /api/v1/jobs/a%2Fb', undefined, (api) => api.jobs.get('a/b')],
  [
    'POST /api/v1/clients',
    { clientId: 'w', hostname: 'w' },
    (api) => api.clients.create({ clientId: 'w', hostname: 'w' }),
  ],
  ['PATCH /api/v1/actions/a', { mandatory: true }, (api) => api.actions.update('a', { mandatory: true })],
  ['PATCH /api/v1/sessions/s', { holdOff: 3 }, (api) => api.sessions.update('s', { holdOff: 3 })],
  ['PATCH /api/v1/backups/b', { status: 'deleted' }, (api) => api.backups.update('b', { status: 'deleted' })],
  ['GET /api/v1/users/kim', undefined, (api) => api.users.get('kim')],
  ['GET /api/v1/runs/r', undefined, (api) => api.runs.get('r')],
  ['POST /api/v1/runs/r/cancel', undefined, (api) => api.cancelRun('r')],
  ['GET /api/v1/tokens/current', undefined, (api) => api.whoAmI()],
  ['POST /api/v1/tokens', { username: 'kim', password: 'p' }, (api) => api.logIn('kim', 'p')],
  ['POST /api/v1/jobs/j/events', { event: 'start' }, (api) => api.sendJobEvent('j', 'start')],
  [
    'POST /api/v1/restores',
    { backupId: 'b', target: '/t' },
    (api) => api.restore({ backupId: 'b', target: '/t' }),
  ],
  [
    'POST /api/v1/users',
    { name: 'kim', roles: ['member'] },
    (api) => api.createUser({ name: 'kim', roles: ['member'] }),
  ],
  [
    'PUT /api/v1/node/client',
    ANY,
    (api) =>
      api.node.register({
        ...{ clientId: 'web1', hostname: 'h', timezone: 'UTC', program: 'p' },
        capabilities: { actions: [], modes: [], storages: [], engines: [] },
      }),
  ],
  ['GET /api/v1/node/jobs?clientId=web1', undefined, (api) => api.node.poll('web1')],
  [
    'PUT /api/v1/node/job-files/a%20b.yaml',
    ANY,
    (api) =>
      api.node.putJobFile('a b.yaml', {
        ...{ clientId: 'w', digest: 'd' },
        job: { clientId: 'w', actions: [{ settings: {} }] },
      }),
  ],
  ['DELETE /api/v1/node/job-files/f?clientId=w', undefined, (api) => api.node.removeJobFile('f', 'w')],
  [
    'POST /api/v1/node/jobs/j/acknowledgements',
    { clientId: 'w', activation: 1, running: false },
    (api) => api.node.acknowledge('j', { clientId: 'w', activation: 1, running: false }),
  ],
  [
    'POST /api/v1/node/claims',
    {
      ...{ clientId: 'w', jobId: 'j', jobRevision: 1, occurrence: 'once:1', dueAt: AT },
      ...{ holder: 'h', claimId: 'c' },
    },
    (api) =>
      api.node.claim({
        ...{ clientId: 'w', jobId: 'j', jobRevision: 1, occurrence: 'once:1', dueAt: new Date(AT) },
        ...{ holder: 'h', claimId: 'c' },
      }),
  ],
  [
    'POST /api/v1/node/runs/r/heartbeats',
    { fence: 1, startedAt: AT },
    (api) => api.node.heartbeat('r', { fence: 1, startedAt: new Date(AT) }),
  ],
  [
    'PUT /api/v1/node/runs/r/report',
    ANY,
    (api) =>
      api.node.report('r', {
        ...{ fence: 1, state: 'succeeded', endedAt: new Date(AT), attempts: [], backups: [] },
        ...{ bytesRead: 1, bytesStored: 1, more: false },
      }),
  ],
];

describe('the client of the API', () => {
  let server: TestHttpServer;
  let api: ApiClient;
  let clock: HurryingClock;

  beforeEach(async () => {
    server = await startHttpServer();
    clock = new HurryingClock();
    api = openApiClient({ apiUrl: server.url, clock, credentials: () => Promise.resolve({ token: 't' }) });
  });

  afterEach(() => server[Symbol.asyncDispose]());

  for (const [line, body, act] of REQUESTS) {
    it(`asks ${line}, and refuses an answer that is not what it promises`, async () => {
      server.answer = () => ({ body: { odd: true } });
      await assert.rejects(act(api), (error) => isFailure(error, 'api.answer-malformed'));
      const [heard, ...more] = server.heard;
      assert.deepEqual([heard?.line, more.length], [line, 0]);
      if (body !== ANY) assert.deepEqual(heard?.body, body);
    });
  }

  it('tells what became of an event, and the password that was made', async () => {
    server.answer = ({ line }) => ({
      body: line.startsWith('PUT') ? { password: 'x' } : { result: 'success' },
    });
    assert.equal(await api.sendJobEvent('j', 'stop'), 'success');
    assert.equal(await api.setPassword('kim'), 'x');
    assert.deepEqual(server.heard[1]?.body, {});
    assert.equal(server.heard[1]?.line, 'PUT /api/v1/users/kim/password');
  });

  it('puts a job into a session and takes it out', async () => {
    server.answer = () => ({ status: 204 });
    await api.addSessionJob('s', 'j');
    await api.removeSessionJob('s', 'j');
    const line = '/api/v1/sessions/s/jobs/j';
    assert.deepEqual(
      server.heard.map((heard) => heard.line),
      [`PUT ${line}`, `DELETE ${line}`],
    );
  });

  it('reads a document, and lets a newer API say more than this version knows', async () => {
    server.answer = () => ({ body: { ...userOf('kim'), nickname: 'k' } });
    assert.deepEqual(await api.users.get('kim'), userOf('kim'));
  });

  it('reads a list page by page to its end', async () => {
    const names = Array.from({ length: 1234 }, (_, i) => `user${i}`);
    server.answer = ({ line }) => pageOf(names, line);
    const read: string[] = [];
    for await (const { name } of api.users.all({ inProject: 'shop' })) read.push(name);
    assert.deepEqual(read, names);
    assert.deepEqual(
      server.heard.map((heard) => heard.line.split('?')[1]),
      [0, 500, 1000].map((offset) => `inProject=shop&offset=${offset}&limit=500`),
    );
  });

  it('reads a list to its end when it gets shorter meanwhile', async () => {
    let left = 600;
    server.answer = ({ line }) => {
      const page = pageOf(
        Array.from({ length: left }, (_, i) => `user${i}`),
        line,
      );
      left = 400;
      return page;
    };
    let read = 0;
    for await (const _user of api.users.all()) read += 1;
    assert.equal(read, 500);
  });

  it('asks for no page before it is wanted', async () => {
    server.answer = ({ line }) => pageOf(Array.from({ length: 900 }, String), line);
    for await (const _user of api.users.all()) break;
    assert.equal(server.heard.length, 1);
  });

  it('says whether there was something to delete', async () => {
    server.answer = () => ({ status: 204 });
    assert.equal(await api.jobs.remove('j'), true);
    server.answer = () => refused(404, 'job.missing');
    assert.equal(await api.jobs.remove('j'), false);
    // Another thing is missing: the address leads elsewhere.
    server.answer = () => refused(404, 'request.route-unknown');
    await assert.rejects(api.jobs.remove('j'), (error) => isFailure(error, 'request.route-unknown'));
  });

  describe('watching a run', () => {
    const watched = async (answers: readonly (() => HttpReply)[], signal?: AbortSignal) => {
      let asked = 0;
      server.answer = () => (answers[Math.min(asked++, answers.length - 1)] ?? answers[0]!)();
      const states: string[] = [];
      for await (const run of api.watchRun('r', 700, signal)) states.push(run.state);
      return states;
    };
    const run = (state: RunView['state']) => () => ({ body: runOf(state) });
    const away = () => refused(503, 'metadata.unavailable');

    for (const end of ['succeeded', 'incomplete', 'failed', 'cancelled', 'lost'] as const) {
      it(`asks every time after a wait, until it is ${end}`, async () => {
        const states = await watched([
          run('claimed'),
          run('running'),
          run('running'),
          run(end),
          run('running'),
        ]);
        assert.deepEqual(states, ['claimed', 'running', 'running', end]);
        assert.deepEqual(clock.sleeps, [700, 700, 700]);
      });
    }

    it('waits for an API that is away, and for one that breaks the connection', async () => {
      const broken = () => ({ status: 502, body: 'bad gateway' });
      assert.deepEqual(await watched([run('running'), away, broken, away, run('succeeded')]), [
        'running',
        'succeeded',
      ]);
    });

    it('does not wait for ever', async () => {
      await assert.rejects(watched([run('running'), away]), (error) =>
        isFailure(error, 'metadata.unavailable'),
      );
      const waited = clock.sleeps.reduce((sum, ms) => sum + ms, 0);
      assert.ok(waited >= 60_000 && waited < 62_000, `${waited} ms`);
    });

    it('does not wait for an API that was never there, and not for a run that is gone', async () => {
      await assert.rejects(watched([away]), (error) => isFailure(error, 'metadata.unavailable'));
      const gone = () => refused(404, 'run.missing');
      await assert.rejects(watched([run('running'), gone]), (error) => isFailure(error, 'run.missing'));
      assert.deepEqual(clock.sleeps, [700]);
    });

    it('ends with the reason of its signal', async () => {
      const controller = new AbortController();
      const reason = new Failure('run.cancelled', 'enough');
      const stop = () => {
        controller.abort(reason);
        return run('running')();
      };
      await assert.rejects(watched([run('running'), stop], controller.signal), (error) => error === reason);
    });
  });
});

describe('whether the API is ready', () => {
  it('is what it says of itself, and no when nobody answers', async () => {
    const server = await startHttpServer(() => ({ body: {} }));
    assert.equal(await apiIsReady(`${server.url}/`), true);
    assert.equal(server.heard[0]?.line, 'GET /readyz');
    server.answer = () => ({ status: 503 });
    assert.equal(await apiIsReady(server.url), false);
    server.answer = () => ({ status: 302, headers: { location: '/elsewhere' } });
    assert.equal(await apiIsReady(server.url), false);
    await server[Symbol.asyncDispose]();
    assert.equal(await apiIsReady(server.url), false);
  });

  it('is not asked any more when the signal is aborted', async () => {
    await using server = await startHttpServer(() => undefined);
    const reason = new Failure('run.cancelled', 'enough');
    await assert.rejects(apiIsReady(server.url, AbortSignal.abort(reason)), (error) => error === reason);
  });
});

function userOf(name: string) {
  return { id: name, name, project: 'shop', roles: ['member'], createdAt: AT, updatedAt: AT };
}

function pageOf(names: readonly string[], line: string): HttpReply {
  const query = new URLSearchParams(line.split('?')[1]);
  const [offset, limit] = [Number(query.get('offset')), Number(query.get('limit'))];
  const items = names.slice(offset, offset + limit).map(userOf);
  return { body: { items, total: names.length, offset, limit } };
}

function runOf(state: RunView['state']): RunView {
  return {
    ...{ id: 'r', project: 'p', jobId: 'j', clientId: 'w', occurrence: 'once:1', dueAt: AT, jobRevision: 1 },
    ...{ state, fence: 1, leaseUntil: AT, claimedAt: AT, attempts: [], bytesRead: 0, bytesStored: 0 },
    ...{ wasLost: false, createdAt: AT, updatedAt: AT },
  };
}

function refused(status: number, code: string): HttpReply {
  return { status, body: { type: 'about:blank', title: 'No', status, detail: 'no', code, hint: 'do' } };
}
