import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Run } from '#domain';
import type { ProjectId, RunId } from '#kernel';
import type { Metadata } from '../metadata.js';
import { aRun, freshId } from './documents.js';

export function describePages(given: () => Metadata): void {
  const list = async (where: { readonly project: ProjectId }, page: object) => {
    const { rows, total } = await given().transaction(({ runs }) => runs.list({ where, ...page }));
    return { rows: rows.map(({ id }) => id), total };
  };

  describe('pages', () => {
    const project = freshId() as ProjectId;
    const at = (second: number, id: string): Run =>
      aRun({ project, id: `${project}-${id}` as RunId, createdAt: new Date(1_000_000 + second * 1000) });
    const inOrder = [at(1, 'd'), at(1.001, 'c'), at(2, 'B'), at(2, 'a'), at(2, 'ä'), at(3, '0')];
    const names = inOrder.map(({ id }) => id);

    it('go by creation, then by id, from either end', async () => {
      await given().transaction(async ({ runs }) => {
        for (const index of [3, 0, 5, 1, 4, 2]) await runs.insert(inOrder[index]!);
      });
      assert.deepEqual(await list({ project }, {}), { rows: names, total: 6 });
      const newest = await list({ project }, { newestFirst: true });
      assert.deepEqual(newest, { rows: names.toReversed(), total: 6 });
    });

    it('tell how many there are in all', async () => {
      for (const offset of [0, 1, 4, 6, 9]) {
        for (const limit of [0, 1, 3, 6, 9, undefined]) {
          const rows = names.slice(offset, limit === undefined ? undefined : offset + limit);
          assert.deepEqual(
            await list({ project }, { offset, limit }),
            { rows, total: 6 },
            `${offset}, ${limit}`,
          );
          const newest = await list({ project }, { offset, limit, newestFirst: true });
          const turned = names.toReversed().slice(offset, limit === undefined ? undefined : offset + limit);
          assert.deepEqual(newest, { rows: turned, total: 6 });
        }
      }
    });

    it('are empty where nothing fits', async () => {
      const nowhere = { project: freshId() as ProjectId };
      assert.deepEqual(await list(nowhere, { offset: 3, limit: 3 }), { rows: [], total: 0 });
      assert.deepEqual(await list(nowhere, {}), { rows: [], total: 0 });
    });
  });
}
