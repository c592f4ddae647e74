import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Metadata } from '../metadata.js';
import { KINDS } from './kinds-under-test.js';

export function describeDocuments(given: () => Metadata): void {
  for (const { name, store, plain, full } of KINDS) {
    describe(`the ${name}`, () => {
      const read = (id: string) => given().transaction((stores) => store(stores).get(id as never));
      const insert = (row: ReturnType<typeof plain>) =>
        given().transaction((stores) => store(stores).insert(row));
      const update = (row: ReturnType<typeof plain>) =>
        given().transaction((stores) => store(stores).update(row));

      it('comes back as it was stored, with and without what may be missing', async () => {
        const [bare, rich] = [plain(), full(plain())];
        await insert(bare);
        await insert(rich);
        assert.deepEqual(await read(bare.id), bare);
        assert.deepEqual(await read(rich.id), rich);
      });

      it('is replaced whole, and loses what the new one has not', async () => {
        const bare = plain();
        const rich = full(bare);
        await insert(bare);
        await update(rich);
        assert.deepEqual(await read(bare.id), rich);
        await update(bare);
        assert.deepEqual(await read(bare.id), bare);
      });

      it('has no field where it was undefined', async () => {
        const bare = plain();
        const missing = Object.keys(full(bare)).filter((key) => !(key in bare));
        const withUndefined = { ...bare, ...Object.fromEntries(missing.map((key) => [key, undefined])) };
        await insert(withUndefined);
        assert.deepEqual(await read(bare.id), bare);
      });

      it('is a copy of what was stored', async () => {
        const rich = full(plain());
        const before = structuredClone(rich);
        await insert(rich);
        spoil(rich);
        const first = await read(before.id);
        assert.deepEqual(first, before);
        spoil(first);
        assert.deepEqual(await read(before.id), before);
      });

      it('is missing until it is stored and once it is removed', async () => {
        const row = plain();
        assert.equal(await read(row.id), undefined);
        await insert(row);
        const remove = () => given().transaction((stores) => store(stores).remove(row.id as never));
        assert.equal(await remove(), true);
        assert.equal(await remove(), false);
        assert.equal(await read(row.id), undefined);
      });

      it('cannot be updated when it is missing', async () => {
        await assert.rejects(update(plain()), { code: 'metadata.failed' });
      });
    });
  }
}

/** Changes everything in a value that can be changed. */
function spoil(value: unknown): void {
  if (value instanceof Date) value.setTime(0);
  else if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(spoil);
    for (const key of Object.keys(value)) Reflect.set(value, key, 'spoilt');
  }
}
