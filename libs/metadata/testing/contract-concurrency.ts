import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { setImmediate } from 'node:timers/promises';
import type { JobId, ProjectId } from '#kernel';
import type { Metadata } from '../metadata.js';
import { anAction, aRun, aUser, freshId } from './documents.js';

const times = <T>(count: number, act: (index: number) => Promise<T>) =>
  Array.from({ length: count }, (_, index) => act(index));

export function describeConcurrency(given: () => Metadata): void {
  describe('transactions at the same time', () => {
    it('lose no update of a row that they lock', async () => {
      const action = anAction({ maxRetries: 0 });
      await given().transaction(({ actions }) => actions.insert(action));
      const increments = times(20, () =>
        given().transaction(async ({ actions }) => {
          const now = await actions.get(action.id, 'lock');
          await setImmediate();
          await actions.update({ ...now!, maxRetries: now!.maxRetries + 1 });
        }),
      );
      await Promise.all(increments);
      assert.equal((await given().transaction(({ actions }) => actions.get(action.id)))?.maxRetries, 20);
    });

    it('wait for each other when they lock the same row', async () => {
      const action = anAction();
      await given().transaction(({ actions }) => actions.insert(action));
      const diary: string[] = [];
      const { promise: locked, resolve } = Promise.withResolvers<void>();
      const first = given().transaction(async ({ actions }) => {
        await actions.get(action.id, 'lock');
        resolve();
        for (let turn = 0; turn < 50; turn += 1) await actions.get(action.id);
        diary.push('first ends');
      });
      await locked;
      const second = given().transaction(async ({ actions }) => {
        await actions.get(action.id, 'lock');
        diary.push('second has the lock');
      });
      await Promise.all([first, second]);
      assert.deepEqual(diary, ['first ends', 'second has the lock']);
    });

    it('let exactly one of them have an occurrence', async () => {
      const jobId = freshId() as JobId;
      const claims = times(12, (holder) =>
        given().transaction(async ({ runs }) => {
          await runs.insert(aRun({ jobId, holder: `${holder}` }));
          return `${holder}`;
        }),
      );
      const settled = await Promise.allSettled(claims);
      const winners = settled.filter(({ status }) => status === 'fulfilled');
      const { rows } = await given().transaction(({ runs }) => runs.list({ where: { jobId } }));
      assert.equal(rows.length, 1);
      assert.deepEqual(winners, [{ status: 'fulfilled', value: rows[0]!.holder }]);
      const codes = settled.flatMap((one) =>
        one.status === 'rejected' ? [(one.reason as { code: string }).code] : [],
      );
      assert.deepEqual(codes, Array(11).fill('metadata.duplicate'));
    });

    it('may be many', async () => {
      const project = freshId() as ProjectId;
      const done = times(50, () =>
        given().transaction(async ({ runs, users }) => {
          const run = aRun({ project });
          await runs.insert(run);
          await users.insert(aUser({ project }));
          await runs.update({ ...run, state: 'running' });
          return (await runs.get(run.id))?.state;
        }),
      );
      assert.deepEqual(await Promise.all(done), Array(50).fill('running'));
      const { total } = await given().transaction(({ users }) =>
        users.list({ where: { project }, limit: 1 }),
      );
      assert.equal(total, 50);
    });
  });
}
