import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ProjectId } from '#kernel';
import type { Metadata, Stores } from '../metadata.js';
import { aClient, aJob, anAction, aRun, freshId } from './documents.js';

export function describeTransactions(given: () => Metadata): void {
  describe('a transaction', () => {
    it('gives what its work gives', async () => {
      assert.equal(await given().transaction(async () => 7), 7);
    });

    it('rejects with what its work rejects with, and leaves nothing', async () => {
      const [kept, job, client] = [aJob(), aJob(), aClient()];
      await given().transaction(({ jobs }) => jobs.insert(kept));
      const reason = new Error('changed my mind');
      const done = given().transaction(async ({ jobs, clients, settings }) => {
        await jobs.insert(job);
        await clients.insert(client);
        await jobs.update({ ...kept, description: 'changed' });
        await jobs.remove(kept.id);
        await settings.put(`rollback-${job.id}`, 1);
        throw reason;
      });
      await assert.rejects(done, (error) => error === reason);
      await given().transaction(async ({ jobs, clients, settings }) => {
        assert.equal(await jobs.get(job.id), undefined);
        assert.equal(await clients.get(client.id), undefined);
        assert.deepEqual(await jobs.get(kept.id), kept);
        assert.equal(await settings.get(`rollback-${job.id}`), undefined);
      });
    });

    it('reads what it has written itself', async () => {
      const project = freshId() as ProjectId;
      await given().transaction(async ({ actions }) => {
        const [a, b] = [anAction({ project }), anAction({ project })];
        await actions.insert(a);
        await actions.insert(b);
        assert.equal((await actions.list({ where: { project } })).total, 2);
        await actions.update({ ...a, maxRetries: 99 });
        assert.equal((await actions.get(a.id))?.maxRetries, 99);
        await actions.remove(b.id);
        assert.equal(await actions.get(b.id, 'lock'), undefined);
        assert.deepEqual((await actions.list({ where: { project } })).rows, [{ ...a, maxRetries: 99 }]);
      });
    });

    it('is not seen by others before it has ended', async () => {
      const run = aRun();
      const { promise: written, resolve } = Promise.withResolvers<void>();
      const { promise: asked, resolve: go } = Promise.withResolvers<void>();
      const failing = given().transaction(async ({ runs }) => {
        await runs.insert(run);
        resolve();
        await asked;
        throw new Error('no');
      });
      await written;
      const seen = given().transaction(({ runs }) => runs.get(run.id));
      go();
      await assert.rejects(failing, /no/);
      assert.equal(await seen, undefined);
    });

    it('ends with its work: its stores refuse what comes later', async () => {
      const [early, late] = [aRun(), aRun()];
      let kept: Stores | undefined;
      await given().transaction(async (stores) => {
        kept = stores;
        await stores.runs.insert(early);
      });
      await assert.rejects(kept!.runs.insert(late), { code: 'metadata.failed' });
      await assert.rejects(kept!.runs.get(early.id), { code: 'metadata.failed' });
      await assert.rejects(kept!.settings.put('late', 1), { code: 'metadata.failed' });
      assert.equal(await given().transaction(({ runs }) => runs.get(late.id)), undefined);
    });

    it('may ask several things at once', async () => {
      const rows = Array.from({ length: 20 }, () => aRun());
      await given().transaction(({ runs }) => Promise.all(rows.map((row) => runs.insert(row))));
      const read = await given().transaction(({ runs }) => Promise.all(rows.map(({ id }) => runs.get(id))));
      assert.deepEqual(read, rows);
    });

    it('can fail on being refused', async () => {
      const client = aClient();
      const done = given().transaction(async ({ clients }) => {
        await clients.insert(client);
        await clients.insert(client);
      });
      await assert.rejects(done, { code: 'metadata.duplicate' });
      assert.equal(await given().transaction(({ clients }) => clients.get(client.id)), undefined);
    });
  });
}
