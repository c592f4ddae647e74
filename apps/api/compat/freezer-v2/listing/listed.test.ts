import assert from 'node:assert/strict';
import type { ListOptions } from '#control';
import { listed } from './listed.js';
import { listRequestOf } from './list-request.js';

const ROWS = Array.from({ length: 25 }, (_, at) => ({ at, kind: at % 2 === 0 ? 'even' : 'odd' }));

/** Asked as control is; notes what was asked. */
function rows(asked: ListOptions[]) {
  return async (options: ListOptions) => {
    asked.push(options);
    const { offset = 0, limit = Infinity } = options;
    return { rows: ROWS.slice(offset, offset + limit), total: ROWS.length };
  };
}

describe("Freezer's lists", () => {
  const places = async (query: Record<string, unknown>, body?: unknown, asked: ListOptions[] = []) => {
    const documents = await listed(listRequestOf(query, body), rows(asked), (row) => row);
    return documents.map(({ at }) => at);
  };

  it('show ten, unless asked for more', async () => {
    assert.equal((await places({})).length, 10);
    assert.equal((await places({ limit: '0' })).length, 10);
    assert.equal((await places({ limit: '20' })).length, 20);
    assert.deepEqual(await places({ limit: '2', offset: '23' }), [23, 24]);
    assert.deepEqual(await places({ limit: '', offset: '' }), await places({}));
  });

  it('count offset and limit in what a search has found', async () => {
    const body = { match: [{ kind: 'odd' }] };
    assert.deepEqual(await places({ limit: '3', offset: '2' }, body), [5, 7, 9]);
    assert.equal((await places({ limit: '100' }, body)).length, 12);
  });

  it('ask the database for no more than is shown when nothing is searched for', async () => {
    const asked: ListOptions[] = [];
    await places({ limit: '3', offset: '2' }, { time_before: 5 }, asked);
    assert.deepEqual(asked, [{ limit: 3, offset: 2 }]);
  });

  it('take yes and no in many words', () => {
    for (const text of ['true', 'True', 'YES', 'on', '1']) {
      assert.equal(listRequestOf({ all_projects: text }, undefined).allProjects, true, text);
    }
    for (const text of ['false', 'False', 'no', 'off', '0', '']) {
      assert.equal(listRequestOf({ all_projects: text }, undefined).allProjects, false, text);
    }
  });
});
