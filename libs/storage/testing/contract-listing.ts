import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { collected, keysOf, putAll, textBody } from './bodies.js';
import type { Given } from './given.js';

/** Names that tempt a storage into another order, another name or another folder; no key is a folder of another. */
const ODD_KEYS = [
  'a/b',
  'a/b-c/d',
  'a/b.c',
  'a-b/c',
  'a.b',
  'a0',
  'A/b',
  '%2F/%2e%2e',
  '...',
  '.hidden/.object',
  '..a/b..',
  '-rf/--help',
  '~/@=+',
  'UPPER/lower',
  'upper/lower',
  'z'.repeat(255),
  Array.from({ length: 100 }, () => 'deep').join('/'),
];

export function describeListing(given: () => Given): void {
  describe('listing', () => {
    it('lists more than 1,000 objects once each, in order of keys, by folder', async () => {
      const { storage } = given();
      const many = Array.from({ length: 1001 }, (_, at) => `many/${at}`);
      const keys = [...ODD_KEYS, ...many];
      await putAll(storage, keys, textBody('x'));
      assert.deepEqual(await keysOf(storage), [...keys].sort());
      assert.deepEqual(await keysOf(storage, 'many/'), [...many].sort());
      for (const prefix of ['a/', 'a/b-c/', 'a-b/', '%2F/', '-rf/']) {
        const below = keys.filter((key) => key.startsWith(prefix));
        assert.deepEqual(await keysOf(storage, prefix), below.sort());
      }
    });

    it('lists nothing where there is nothing', async () => {
      const { storage } = given();
      assert.deepEqual(await keysOf(storage), []);
      assert.deepEqual(await collected(storage.folders('')), []);
      await storage.put('a/b', textBody('x'));
      for (const prefix of ['b/', 'a/b/', 'a/c/']) {
        assert.deepEqual(await keysOf(storage, prefix), []);
        assert.deepEqual(await collected(storage.folders(prefix)), []);
      }
    });

    it('names folders in order, each once, and no objects', async () => {
      const { storage } = given();
      const keys = ['b/1', 'b/2', 'b-c/x', 'b.d/x', 'a/inner/deep/x', 'a/other/x', 'a/object', 'object'];
      await putAll(storage, keys, textBody('x'));
      assert.deepEqual(await collected(storage.folders('')), ['a', 'b', 'b-c', 'b.d']);
      assert.deepEqual(await collected(storage.folders('a/')), ['inner', 'other']);
      assert.deepEqual(await collected(storage.folders('b/')), []);
    });

    it('knows a folder no longer when its last object is removed', async () => {
      const { storage } = given();
      await putAll(storage, ['a/b/c/d', 'a/x'], textBody('x'));
      await storage.remove('a/b/c/d');
      assert.deepEqual(await collected(storage.folders('a/')), []);
      assert.deepEqual(await collected(storage.folders('')), ['a']);
      await storage.remove('a/x');
      assert.deepEqual(await collected(storage.folders('')), []);
    });

    it('bears that objects are removed while it lists them', async () => {
      const { storage } = given();
      const keys = Array.from({ length: 30 }, (_, at) => `a/${at}/x`);
      await putAll(storage, keys, textBody('x'));
      const seen: string[] = [];
      for await (const { key } of storage.list('')) {
        seen.push(key);
        await storage.remove(key);
      }
      assert.deepEqual(seen, [...keys].sort());
      assert.deepEqual(await keysOf(storage), []);
    });

    it('can be left in the middle, and ends with the reason when it is aborted', async () => {
      const { storage } = given();
      await putAll(storage, ['a/x', 'b/x', 'c/x'], textBody('x'));
      for await (const { key } of storage.list('')) {
        assert.equal(key, 'a/x');
        break;
      }
      const stop = new AbortController();
      const reason = new Error('no longer wanted');
      const listing = storage.list('', stop.signal)[Symbol.asyncIterator]();
      await listing.next();
      stop.abort(reason);
      await assert.rejects(
        async () => {
          while (!(await listing.next()).done);
        },
        (error) => error === reason,
      );
      const refused = collected(storage.folders('', AbortSignal.abort(reason)));
      await assert.rejects(refused, (error) => error === reason);
    });
  });
}
