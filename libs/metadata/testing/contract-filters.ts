import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RUN_STATES } from '#domain';
import type { ActionId, JobId, ProjectId, RunId, SessionId } from '#kernel';
import type { Metadata, Page, Stores } from '../metadata.js';
import { aBackup, aClient, aJob, anAction, aRun, aUser, freshId } from './documents.js';

const MINUTE = 60_000;
const NOON = new Date('2026-11-20T12:00:00Z');
const later = (minutes: number) => new Date(NOON.getTime() + minutes * MINUTE);

export function describeFilters(given: () => Metadata): void {
  const store = (act: (stores: Stores) => Promise<unknown>) => given().transaction(act);
  const ids = async (list: (stores: Stores) => Promise<Page<{ readonly id: string }>>) => {
    const { rows, total } = await given().transaction(list);
    assert.equal(total, rows.length);
    return rows.map(({ id }) => id).sort();
  };
  const sorted = (...rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).sort();

  describe('filters', () => {
    it('choose clients by project, name and whether they are central', async () => {
      const [project, other] = [freshId(), freshId()] as ProjectId[];
      const [a, b] = [
        aClient({ project: project!, clientId: 'a' }),
        aClient({ project: project!, central: true }),
      ];
      const c = aClient({ project: other!, clientId: 'a' });
      await store(async ({ clients }) => {
        for (const client of [a, b, c]) await clients.insert(client);
      });
      const where = { project: project! };
      assert.deepEqual(await ids(({ clients }) => clients.list({ where })), sorted(a, b));
      assert.deepEqual(await ids(({ clients }) => clients.list({ where: { ...where, clientId: 'a' } })), [
        a.id,
      ]);
      assert.deepEqual(await ids(({ clients }) => clients.list({ where: { ...where, central: true } })), [
        b.id,
      ]);
      assert.deepEqual(await ids(({ clients }) => clients.list({ where: { ...where, central: false } })), [
        a.id,
      ]);
      const everywhere = await ids(({ clients }) => clients.list({ where: { clientId: 'a' } }));
      assert.deepEqual(everywhere, sorted(a, c));
    });

    it('choose actions by project and id; no ids are no action', async () => {
      const project = freshId() as ProjectId;
      const [a, b] = [anAction({ project }), anAction({ project })];
      await store(async ({ actions }) => {
        for (const action of [a, b]) await actions.insert(action);
      });
      const missing = freshId() as ActionId;
      assert.deepEqual(await ids(({ actions }) => actions.list({ where: { ids: [b.id, missing] } })), [b.id]);
      assert.deepEqual(await ids(({ actions }) => actions.list({ where: { ids: [] } })), []);
      const elsewhere = { project: freshId() as ProjectId, ids: [a.id] };
      assert.deepEqual(await ids(({ actions }) => actions.list({ where: elsewhere })), []);
    });

    it('choose jobs by client, session, action, status and event', async () => {
      const project = freshId() as ProjectId;
      const [sessionId, first, second] = [
        freshId() as SessionId,
        freshId() as ActionId,
        freshId() as ActionId,
      ];
      const a = aJob({ project, clientId: 'a', actions: [first, second] });
      const b = aJob({ project, clientId: 'b', actions: [second], sessionId, status: 'running' });
      const c = aJob({ project, clientId: 'b', event: 'stop' });
      await store(async ({ jobs }) => {
        for (const job of [a, b, c]) await jobs.insert(job);
      });
      const where = { project };
      const chosen = (more: object) => ids(({ jobs }) => jobs.list({ where: { ...where, ...more } }));
      assert.deepEqual(await chosen({ clientId: 'b' }), sorted(b, c));
      assert.deepEqual(await chosen({ sessionId }), [b.id]);
      assert.deepEqual(await chosen({ action: first }), [a.id]);
      assert.deepEqual(await chosen({ action: second }), sorted(a, b));
      assert.deepEqual(await chosen({ action: second, clientId: 'a' }), [a.id]);
      assert.deepEqual(await chosen({ action: freshId() }), []);
      assert.deepEqual(await chosen({ statuses: ['running', 'stopped'] }), [b.id]);
      assert.deepEqual(await chosen({ statuses: [] }), []);
      assert.deepEqual(await chosen({ withEvent: true }), [c.id]);
      assert.deepEqual(await chosen({ withEvent: false }), sorted(a, b));
    });

    it('choose runs by everything they are looked up by', async () => {
      const project = freshId() as ProjectId;
      const jobId = freshId() as JobId;
      const a = aRun({ project, jobId, clientId: 'a', leaseUntil: NOON, createdAt: NOON });
      const b = aRun({
        project,
        jobId,
        occurrence: 'x',
        state: 'lost',
        leaseUntil: later(1),
        createdAt: later(1),
      });
      const c = aRun({ project, state: 'running', cancelRequestedAt: NOON, leaseUntil: later(2) });
      await store(async ({ runs }) => {
        for (const run of [a, b, { ...c, createdAt: later(2) }]) await runs.insert(run);
      });
      const chosen = (more: object) => ids(({ runs }) => runs.list({ where: { project, ...more } }));
      assert.deepEqual(await chosen({}), sorted(a, b, c));
      assert.deepEqual(await chosen({ jobId }), sorted(a, b));
      assert.deepEqual(await chosen({ jobId, occurrence: 'x' }), [b.id]);
      assert.deepEqual(await chosen({ clientId: 'a' }), [a.id]);
      assert.deepEqual(await chosen({ states: ['claimed', 'lost'] }), sorted(a, b));
      assert.deepEqual(await chosen({ states: RUN_STATES }), sorted(a, b, c));
      assert.deepEqual(await chosen({ states: [] }), []);
      assert.deepEqual(await chosen({ leaseBefore: later(1) }), [a.id]);
      assert.deepEqual(await chosen({ createdBefore: later(2) }), sorted(a, b));
      assert.deepEqual(await chosen({ cancelRequested: true }), [c.id]);
      assert.deepEqual(await chosen({ cancelRequested: false }), sorted(a, b));
      assert.deepEqual(await chosen({ states: ['claimed', 'running'], leaseBefore: later(2) }), [a.id]);
    });

    it('choose backups by their origin, and by what the agent told of them', async () => {
      const project = freshId() as ProjectId;
      const [jobId, runId] = [freshId() as JobId, freshId() as RunId];
      const metadata = { backup_name: 'etc', backup_id: 'id-1', container: '/srv/a' };
      const a = aBackup({ project, clientId: 'a', jobId, runId, metadata });
      const b = aBackup({ project, clientId: 'b', metadata: { backup_name: 'etc', container: 5 } });
      await store(async ({ backups }) => {
        for (const backup of [a, b]) await backups.insert(backup);
      });
      const chosen = (more: object) => ids(({ backups }) => backups.list({ where: { project, ...more } }));
      for (const where of [
        { clientId: 'a' },
        { jobId },
        { runId },
        { storedId: 'id-1' },
        { container: '/srv/a' },
      ]) {
        assert.deepEqual(await chosen(where), [a.id], JSON.stringify(where));
      }
      assert.deepEqual(await chosen({ backupName: 'etc' }), sorted(a, b));
      assert.deepEqual(await chosen({ container: '5' }), []);
      await store(({ backups }) => backups.update({ ...a, metadata: { backup_name: 'home' } }));
      assert.deepEqual(await chosen({ backupName: 'home' }), [a.id]);
      assert.deepEqual(await chosen({ storedId: 'id-1' }), []);
    });

    it('choose users by project and name', async () => {
      const project = freshId() as ProjectId;
      const [a, b] = [aUser({ project }), aUser({ project })];
      await store(async ({ users }) => {
        for (const user of [a, b]) await users.insert(user);
      });
      assert.deepEqual(await ids(({ users }) => users.list({ where: { project } })), sorted(a, b));
      assert.deepEqual(await ids(({ users }) => users.list({ where: { name: b.name } })), [b.id]);
    });

    it('pass over conditions that are undefined', async () => {
      const project = freshId() as ProjectId;
      const run = aRun({ project });
      await store(({ runs }) => runs.insert(run));
      const where = { project, jobId: undefined, states: undefined } as object;
      assert.deepEqual(await ids(({ runs }) => runs.list({ where })), [run.id]);
    });
  });
}
