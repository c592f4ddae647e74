import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import { hexId } from '#kernel';
import type { PlatformFixture } from '#test/support';
import { asked } from './asked.js';
import { claimedRun } from './claimed-run.js';
import { operationsOf, type Operation } from './operations.js';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

const STRANGERS = 'strangers';
/** Routes at which an id may be chosen freely: that it is taken can be told, and nothing else is. */
const CHOOSES_ID = /^(PUT|POST) .*\{\w+\}$/;

describe("the ids of another project's documents", function () {
  this.timeout(90_000);
  let own: OwnPlatform;
  let platform: PlatformFixture;
  let operations: readonly Operation[];
  /** Tokens of people of another project. */
  const tokens: Record<string, string> = {};
  /** Of this project, by the name that a path has for them. */
  let ids: Readonly<Record<string, readonly string[]>>;
  let asItWas: string;

  before(async () => {
    own = await startOwnPlatform({ scheduler: false });
    platform = own.platform;
    const { api, apiUrl } = platform;
    const run = await claimedRun(platform);
    const { jobId } = await api.runs.get(run);
    const session = await api.sessions.create({ description: 'theirs' });
    const job = await platform.makeJob([{ settings: { action: 'exec', command: ['true'] } }]);
    await api.addSessionJob(session.id, job.id);
    const action = await api.actions.create({ settings: { action: 'exec', command: ['true'] } });
    const backup = await api.backups.create({
      ...{ clientId: platform.clientId },
      metadata: { container: '/c', hostname: 'host', backup_name: 'name', backup_id: 'stored-id', level: 0 },
    });
    const client = await api.clients.get(platform.clientId);
    const keeper = await api.createUser({ name: 'keeper', roles: ['member'] });
    ids = {
      clients: [platform.clientId, client.id],
      actions: [action.id],
      jobs: [jobId, job.id],
      sessions: [session.id],
      runs: [run],
      backups: [backup.id, 'stored-id'],
      users: ['keeper', keeper.user.id],
    };
    for (const role of ['member', 'service'] as const) {
      const password = hexId(randomBytes(16));
      await api.createUser({ name: `stranger-${role}`, project: STRANGERS, roles: [role], password });
      tokens[role] = (await api.logIn(`stranger-${role}`, password)).token;
    }
    operations = operationsOf((await asked(apiUrl, 'GET /openapi.json')).body);
    asItWas = await everything();
  });
  after(() => own?.[Symbol.asyncDispose]());

  /** All documents of this project, as its administrator sees them. */
  async function everything(): Promise<string> {
    const { api } = platform;
    const lists = [api.clients, api.actions, api.jobs, api.sessions, api.runs, api.backups, api.users];
    return JSON.stringify(await Promise.all(lists.map((list) => list.list({ limit: 1000 }))));
  }

  /** The same request about a document of another project, and about one that nobody has. */
  async function pair(
    operation: Operation,
    id: string,
    token: string,
  ): Promise<[theirs: string, none: string]> {
    const none = hexId(randomBytes(16));
    const told = async (filled: string) => {
      const path = operation.path
        .replace('{project_id}', STRANGERS)
        .replace(/\{(\w+)\}/g, (_, name: string) => (name === 'file' ? 'a.yaml' : filled));
      const line = `${operation.method} ${path}${operation.query(platform.clientId)}`;
      const body = operation.exampleWith(filled);
      const answer = await asked(platform.apiUrl, line, { token, ...(body !== undefined && { body }) });
      const text = answer.text.replaceAll(filled, 'ID');
      const { code, title, detail, description, problems } = JSON.parse(text || '{}') as Record<
        string,
        unknown
      >;
      return JSON.stringify({ status: answer.status, code, title, detail, description, problems });
    };
    return [await told(id), await told(none)];
  }

  for (const role of ['member', 'service']) {
    it(`get a ${role} the answer that an unknown id gets, at every route that takes one`, async () => {
      let compared = 0;
      for (const operation of operations.filter(({ path }) => /\{(?!project_id|file)\w+\}/.test(path))) {
        for (const id of ids[operation.kind] ?? []) {
          const [theirs, none] = await pair(operation, id, tokens[role]!);
          compared += 1;
          if (CHOOSES_ID.test(operation.line) && theirs !== none) {
            // Freely chosen ids are there once. That one is taken may be told; nothing may come of it.
            assert.match(theirs, /"status":409,/, `${operation.line} ${id}: ${theirs}, not ${none}`);
          } else assert.equal(theirs, none, `${operation.line} ${id}`);
        }
      }
      assert.ok(compared > 40, `${compared} requests`);
    });
  }

  it('are unknown in a body as well', async () => {
    const settings = { action: 'exec', command: ['true'] };
    const { clientId } = platform;
    for (const [line, id, body] of [
      ['POST /api/v1/jobs', ids['actions']![0], (id: string) => ({ clientId, actions: [{ id }] })],
      ['POST /api/v1/jobs', clientId, (id: string) => ({ clientId: id, actions: [{ settings }] })],
      [
        'POST /api/v1/jobs',
        ids['sessions']![0],
        (id: string) => ({ clientId, sessionId: id, actions: [{ settings }] }),
      ],
      ['POST /api/v1/restores', ids['backups']![0], (id: string) => ({ backupId: id, target: '/tmp/x' })],
      ['POST /api/v1/restores', 'stored-id', (id: string) => ({ backupId: id, target: '/tmp/x' })],
    ] as const) {
      const token = tokens['member']!;
      const none = hexId(randomBytes(16));
      const [theirs, unknown] = await Promise.all(
        [id!, none].map(async (one) => {
          const { status, text } = await asked(platform.apiUrl, line, { token, body: body(one) });
          const { code, problems, detail } = JSON.parse(text.replaceAll(one, 'ID')) as Record<
            string,
            unknown
          >;
          return { status, code, problems, detail };
        }),
      );
      assert.deepEqual(theirs, unknown, line);
      assert.ok(theirs!.status >= 400, line);
    }
  });

  it('are in no list', async () => {
    for (const operation of operations.filter(
      ({ method, path }) => method === 'GET' && path.startsWith('/api/v1/'),
    )) {
      // Kinds of storage belong to nobody.
      if (/\{|tokens|node|-kinds/.test(operation.path)) continue;
      const answer = await asked(platform.apiUrl, operation.line, { token: tokens['member']! });
      if (operation.path === '/api/v1/users') assert.equal(answer.status, 403);
      else {
        const projects = (answer.body['items'] as { project: string }[]).map(({ project }) => project);
        // What was made under ids that were free is theirs.
        assert.ok(
          answer.status === 200 && projects.every((project) => project === STRANGERS),
          operation.line,
        );
      }
    }
  });

  it('do not bring anything from another project by the paths of Freezer either', async () => {
    for (const operation of operations.filter(({ path }) => path.startsWith('/v2/{project_id}'))) {
      const path = operation.path
        .replace('{project_id}', 'default')
        .replace(/\{\w+\}/g, ids[operation.kind]?.[0] ?? 'x');
      const body = operation.exampleWith('x');
      const answer = await asked(platform.apiUrl, `${operation.method} ${path}`, {
        ...{ token: tokens['member']! },
        ...(body !== undefined && { body }),
      });
      assert.equal(answer.status, 403, `${operation.line}: ${answer.text}`);
    }
  });

  it('are all as they were', async () => {
    assert.equal(await everything(), asItWas);
  });
});
