import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Entry } from '#domain';
import { isSameEntry } from './same-entry.js';

const FULL: Entry = {
  path: 'a',
  type: 'file',
  mode: 420,
  uid: 1,
  gid: 2,
  user: 'u',
  group: 'g',
  mtimeNs: 5n,
  size: 3,
  sha256: 'a'.repeat(64),
  sparse: true,
  link: 'l',
  device: { major: 1, minor: 2 },
  listing: ['Ya', 'Nb'],
  at: 0,
  span: 512,
};

const OTHER: Required<Entry> = {
  ...{ path: 'b', type: 'fifo', mode: 0, uid: 9, gid: 9, user: '', group: '', mtimeNs: 6n, size: 4 },
  ...{ sha256: 'b'.repeat(64), sparse: true, link: 'm', device: { major: 1, minor: 3 } },
  ...{ listing: ['Ya', 'Yb'], at: 512, span: 1024 },
};

describe('two entries', () => {
  it('are the same whatever the order of their keys, and when one has nothing where the other has no key', () => {
    const reversed = Object.fromEntries(Object.entries(FULL).reverse()) as unknown as Entry;
    assert.ok(isSameEntry(FULL, reversed));
    const { user: _user, ...without } = FULL;
    assert.ok(isSameEntry({ ...FULL, user: undefined }, without));
  });

  it('are different when any one fact is, or is missing', () => {
    for (const key of Object.keys(FULL) as (keyof Entry)[]) {
      const { [key]: _gone, ...without } = FULL;
      assert.ok(!isSameEntry(FULL, without as Entry), `without ${key}`);
      assert.ok(!isSameEntry(without as Entry, FULL), `without ${key}`);
      if (key !== 'sparse') assert.ok(!isSameEntry(FULL, { ...FULL, [key]: OTHER[key] }), key);
    }
    assert.ok(!isSameEntry(FULL, { ...FULL, listing: ['Ya'] }));
  });
});
