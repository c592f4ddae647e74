import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { BackupRecord } from '#domain';
import type { ProjectId, RunId } from '#kernel';
import type { Metadata, Stores } from '../metadata.js';
import { aBackup, aClient, anEndpoint, aRun, aUser, freshId } from './documents.js';
import { KINDS } from './kinds-under-test.js';

const DUPLICATE = { name: 'Failure', code: 'metadata.duplicate' };

export function describeKeys(given: () => Metadata): void {
  const all = async (...acts: ((stores: Stores) => Promise<unknown>)[]) => {
    for (const act of acts) await given().transaction(act);
  };

  describe('unique keys', () => {
    for (const { name, store, plain } of KINDS) {
      it(`refuse a second ${name} of the same id`, async () => {
        const row = plain();
        await all((stores) => store(stores).insert(row));
        await assert.rejects(
          all((stores) => store(stores).insert({ ...plain(), id: row.id })),
          DUPLICATE,
        );
        assert.deepEqual(await given().transaction((stores) => store(stores).get(row.id as never)), row);
      });
    }

    it('refuse a second client of the same name in a project, and allow it in another', async () => {
      const [first, second] = [aClient(), aClient()];
      const { clientId } = first;
      await all(
        ({ clients }) => clients.insert(first),
        ({ clients }) => clients.insert(aClient({ clientId, project: 'other' as ProjectId })),
        ({ clients }) => clients.insert(second),
      );
      await assert.rejects(
        all(({ clients }) => clients.insert(aClient({ clientId }))),
        DUPLICATE,
      );
      await assert.rejects(
        all(({ clients }) => clients.update({ ...second, clientId })),
        DUPLICATE,
      );
    });

    it('refuse a second storage of the same name in a project, and allow it in another', async () => {
      const first = anEndpoint();
      const { name } = first;
      await all(
        ({ endpoints }) => endpoints.insert(first),
        ({ endpoints }) => endpoints.insert(anEndpoint({ name, project: 'other' as ProjectId })),
      );
      await assert.rejects(
        all(({ endpoints }) => endpoints.insert(anEndpoint({ name }))),
        DUPLICATE,
      );
      const { rows } = await given().transaction(({ endpoints }) =>
        endpoints.list({ where: { project: first.project, name } }),
      );
      assert.deepEqual(rows, [first]);
    });

    it('refuse a second run of an occurrence, and allow it for another job', async () => {
      const first = aRun();
      const { jobId } = first;
      await all(
        ({ runs }) => runs.insert(first),
        ({ runs }) => runs.insert(aRun()),
        ({ runs }) => runs.insert(aRun({ jobId, occurrence: 'once:2' })),
      );
      await assert.rejects(
        all(({ runs }) => runs.insert(aRun({ jobId }))),
        DUPLICATE,
      );
    });

    it('refuse a second user of the same name, in whatever project', async () => {
      const first = aUser();
      const second = aUser({ name: first.name, project: 'other' as ProjectId });
      await all(({ users }) => users.insert(first));
      await assert.rejects(
        all(({ users }) => users.insert(second)),
        DUPLICATE,
      );
    });

    it('refuse the same stored backup of a run twice, and nothing where run or id is missing', async () => {
      const runId = freshId() as RunId;
      const stored = aBackup({ runId });
      const { metadata } = stored;
      await all(
        ({ backups }) => backups.insert(stored),
        ({ backups }) => backups.insert(aBackup({ runId })),
        ({ backups }) => backups.insert(aBackup({ metadata })),
        ({ backups }) => backups.insert(aBackup({ metadata })),
        ({ backups }) => backups.insert(aBackup({ runId, metadata: {} })),
        ({ backups }) => backups.insert(aBackup({ runId, metadata: {} })),
        ({ backups }) => backups.insert(aBackup({ runId, metadata: { backup_id: 7 } })),
        ({ backups }) => backups.insert(aBackup({ runId, metadata: { backup_id: 7 } })),
      );
      const again: BackupRecord = aBackup({ runId, metadata });
      await assert.rejects(
        all(({ backups }) => backups.insert(again)),
        DUPLICATE,
      );
    });

    it('let a transaction go on after a refused insert, which sees who was first', async () => {
      const first = aRun();
      const { jobId, occurrence } = first;
      await all(({ runs }) => runs.insert(first));
      const [seen, other] = await given().transaction(async ({ runs }) => {
        await assert.rejects(runs.insert(aRun({ jobId })), DUPLICATE);
        const { rows } = await runs.list({ where: { jobId, occurrence } });
        const next = aRun({ jobId, occurrence: 'once:2' });
        await runs.insert(next);
        return [rows[0], next] as const;
      });
      assert.deepEqual(seen, first);
      assert.deepEqual(await given().transaction(({ runs }) => runs.get(other.id)), other);
    });

    it('end a transaction after a refused update, even if its work went on', async () => {
      const [first, second, third] = [aClient(), aClient(), aClient()];
      await all(
        ({ clients }) => clients.insert(first),
        ({ clients }) => clients.insert(second),
      );
      const done = given().transaction(async ({ clients }) => {
        await clients.insert(third);
        await assert.rejects(clients.update({ ...second, clientId: first.clientId }), DUPLICATE);
      });
      await assert.rejects(done, DUPLICATE);
      assert.equal(await given().transaction(({ clients }) => clients.get(third.id)), undefined);
    });

    it('are free again once their row is removed or renamed', async () => {
      const first = aUser();
      const { name } = first;
      await all(
        ({ users }) => users.insert(first),
        ({ users }) => users.update({ ...first, name: `${name}-old` }),
        ({ users }) => users.insert(aUser({ name })),
        ({ users }) => users.remove(first.id),
        ({ users }) => users.insert(aUser({ name: `${name}-old` })),
      );
    });
  });
}
