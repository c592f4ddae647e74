import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { bodyOf } from '../body.js';
import { readAll } from '../read-all.js';
import type { ByteRange } from '../storage-backend.js';
import { bytesAt, collected, keysOf, testBytes, textAt, textBody } from './bodies.js';
import { failsWith } from './failing.js';
import type { Given } from './given.js';

const SIZE = 700_001;
const RANGES: readonly [why: string, range: ByteRange][] = [
  ['the first byte', { start: 0, end: 1 }],
  ['the last byte', { start: SIZE - 1, end: SIZE }],
  ['the middle', { start: 262_143, end: 524_289 }],
  ['everything', { start: 0, end: SIZE }],
  ['nothing in the middle', { start: 5, end: 5 }],
  ['nothing at the end', { start: SIZE, end: SIZE }],
];
const BAD_RANGES: readonly [why: string, range: ByteRange][] = [
  ['ends behind the object', { start: 0, end: SIZE + 1 }],
  ['begins behind the object', { start: SIZE + 1, end: SIZE + 2 }],
  ['ends before it begins', { start: 7, end: 6 }],
  ['begins before the object', { start: -1, end: 6 }],
  ['is no whole number', { start: 0.5, end: 6 }],
  ['is no number', { start: 0, end: NaN }],
];

export function describeReading(given: () => Given): void {
  describe('reading', () => {
    for (const [why, range] of RANGES) {
      it(`gives a range: ${why}`, async function () {
        const { storage } = given();
        if (!storage.properties.rangeReads) this.skip();
        const bytes = testBytes(SIZE);
        await storage.put('a', bodyOf(bytes));
        assert.ok(bytes.subarray(range.start, range.end).equals(await bytesAt(storage, 'a', range)));
      });
    }

    for (const [why, range] of BAD_RANGES) {
      it(`refuses a range that ${why}`, async function () {
        const { storage } = given();
        if (!storage.properties.rangeReads) this.skip();
        await storage.put('a', bodyOf(testBytes(SIZE)));
        await failsWith('storage.range-invalid', () => bytesAt(storage, 'a', range));
      });
    }

    it('gives the empty range of an empty object, and no other', async function () {
      const { storage } = given();
      if (!storage.properties.rangeReads) this.skip();
      await storage.put('empty', bodyOf([]));
      assert.equal((await bytesAt(storage, 'empty', { start: 0, end: 0 })).length, 0);
      await failsWith('storage.range-invalid', () => bytesAt(storage, 'empty', { start: 0, end: 1 }));
    });

    it('says what is not there', async () => {
      const { storage } = given();
      await storage.put('a/b', textBody('x'));
      for (const key of ['a', 'b', 'a/c', 'a/b/c']) {
        await failsWith('storage.object-missing', () => bytesAt(storage, key));
        await failsWith('storage.object-missing', () => storage.head(key));
      }
    });

    it('tells size and time of an object', async () => {
      const { storage } = given();
      await storage.put('a', textBody('hello'));
      const { key, size, modifiedAt } = await storage.head('a');
      assert.deepEqual({ key, size }, { key: 'a', size: 5 });
      assert.ok(modifiedAt.getTime() > 0, `stored at ${modifiedAt.toString()}`);
      const [listed] = await collected(storage.list(''));
      assert.deepEqual({ key: listed?.key, size: listed?.size }, { key, size });
      // Some storages tell only the second when asked for one object.
      const apartMs = Math.abs(modifiedAt.getTime() - (listed?.modifiedAt.getTime() ?? NaN));
      assert.ok(apartMs < 1000, `${apartMs} ms between head and list`);
    });

    it('reads an object many times at once', async () => {
      const { storage } = given();
      const bytes = testBytes(SIZE);
      await storage.put('a', bodyOf(bytes));
      const reads = await Promise.all(Array.from({ length: 6 }, () => bytesAt(storage, 'a')));
      assert.ok(reads.every((read) => read.equals(bytes)));
    });

    it('does not begin when it is aborted before', async () => {
      const { storage } = given();
      await storage.put('a', textBody('x'));
      const reason = new Error('no longer wanted');
      const signal = AbortSignal.abort(reason);
      await assert.rejects(storage.get('a', undefined, signal), (error) => error === reason);
      await assert.rejects(storage.head('a', signal), (error) => error === reason);
    });

    it('ends with the reason when it is aborted in the middle, also before anybody reads', async () => {
      const { storage } = given();
      await storage.put('a', bodyOf(testBytes(20 << 20)));
      const reason = new Error('no longer wanted');
      for (const isBegun of [true, false]) {
        const stop = new AbortController();
        const stream = await storage.get('a', undefined, stop.signal);
        const bytes = stream[Symbol.asyncIterator]();
        if (isBegun) await bytes.next();
        stop.abort(reason);
        await new Promise(setImmediate);
        await assert.rejects(readAll({ [Symbol.asyncIterator]: () => bytes }), (error) => error === reason);
      }
    });

    it('goes on working after a stream was dropped half read', async () => {
      const { storage } = given();
      await storage.put('a', bodyOf(testBytes(SIZE)));
      for (let round = 0; round < 2 * storage.properties.connections; round += 1) {
        for await (const _ of await storage.get('a')) break;
      }
      assert.equal((await bytesAt(storage, 'a')).length, SIZE);
    });
  });

  describe('removing', () => {
    it('removes the object and nothing else', async () => {
      const { storage } = given();
      for (const key of ['a/b', 'a/c', 'ab']) await storage.put(key, textBody(key));
      await storage.remove('a/b');
      await failsWith('storage.object-missing', () => bytesAt(storage, 'a/b'));
      assert.deepEqual(await keysOf(storage), ['a/c', 'ab']);
      assert.equal(await textAt(storage, 'a/c'), 'a/c');
    });

    it('succeeds when there is nothing to remove', async () => {
      const { storage } = given();
      await storage.remove('a/b');
      await storage.put('a/b', textBody('x'));
      await storage.remove('a/b');
      await storage.remove('a/b');
      await storage.remove('a');
      assert.deepEqual(await keysOf(storage), []);
    });

    it('removes no folder by its name', async () => {
      const { storage } = given();
      await storage.put('a/b', textBody('x'));
      await storage.remove('a');
      assert.equal(await textAt(storage, 'a/b'), 'x');
    });

    it('does not begin when it is aborted before', async () => {
      const { storage } = given();
      await storage.put('a', textBody('x'));
      const reason = new Error('no longer wanted');
      await assert.rejects(storage.remove('a', AbortSignal.abort(reason)), (error) => error === reason);
      assert.equal(await textAt(storage, 'a'), 'x');
    });
  });
}
