import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { bodyOf, limitedStorage } from '#storage';
import {
  failsWith,
  faultyStorage,
  keysOf,
  memoryStorage,
  testBytes,
  textAt,
  textBody,
} from '#storage/testing';

/** Long enough for everything that can go on to go on. */
const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
};

describe('a limited storage', () => {
  it('makes so many calls at a time, in the order in which they came', async () => {
    const faulty = faultyStorage(memoryStorage(), [{ call: 'put', nth: 'every', does: 'stall' }]);
    const storage = limitedStorage(faulty, 2);
    const puts = ['a', 'b', 'c', 'd', 'e'].map((key) => storage.put(key, textBody(key)));
    const heads = storage.head('a');
    await settled();
    assert.deepEqual(faulty.diary, ['put a → stall', 'put b → stall']);
    faulty.release();
    await settled();
    assert.deepEqual(faulty.diary.slice(2), ['put c → stall', 'put d → stall']);
    faulty.release();
    await settled();
    faulty.release();
    await Promise.all([...puts, heads]);
    assert.deepEqual(faulty.diary.slice(4), ['put e → stall', 'head a']);
  });

  it('counts a get until its stream is read, broken or dropped', async () => {
    const inner = memoryStorage();
    await inner.put('a', bodyOf(testBytes(200_000)));
    const faulty = faultyStorage(inner, [{ call: 'get', nth: 2, does: 'break', after: 5 }]);
    const storage = limitedStorage(faulty, 1);
    for (const finish of ['read', 'break', 'drop']) {
      const stream = await storage.get('a');
      const waiting = storage.head('a');
      const before = faulty.diary.length;
      await settled();
      assert.equal(faulty.diary.length, before, `${finish}: the head waits`);
      if (finish === 'drop') stream.destroy();
      else await stream.toArray().catch(() => finish === 'break' || assert.fail('it broke'));
      await waiting;
    }
  });

  it('gives the slot back when a call fails', async () => {
    const storage = limitedStorage(memoryStorage(), 1);
    for (let round = 0; round < 3; round += 1) {
      await failsWith('storage.object-missing', () => storage.get('missing'));
      await failsWith('storage.object-missing', () => storage.head('missing'));
      await failsWith('storage.key-invalid', () => keysOf(storage, '..'));
    }
  });

  it('lets objects be read while they are listed, with a single connection', async () => {
    const storage = limitedStorage(memoryStorage(), 1);
    for (const key of ['a', 'b', 'c']) await storage.put(key, textBody(key));
    const texts: string[] = [];
    for await (const { key } of storage.list('')) texts.push(await textAt(storage, key));
    assert.deepEqual(texts, ['a', 'b', 'c']);
  });

  it('lets a call that waits be called off, and the next one have its turn', async () => {
    const faulty = faultyStorage(memoryStorage(), [{ call: 'put', nth: 1, does: 'stall' }]);
    const storage = limitedStorage(faulty, 1);
    const stop = new AbortController();
    const reason = new Error('no longer wanted');
    const first = storage.put('a', textBody('x'));
    const second = storage.put('b', textBody('x'), stop.signal);
    const third = storage.put('c', textBody('x'));
    await faulty.stalled();
    stop.abort(reason);
    await assert.rejects(second, (error) => error === reason);
    faulty.release();
    await Promise.all([first, third]);
    assert.deepEqual(faulty.diary, ['put a → stall', 'put c']);
  });

  it('says how many connections are left to its users', () => {
    assert.equal(limitedStorage(memoryStorage(), 3).properties.connections, 3);
    assert.equal(limitedStorage(memoryStorage(), 1000).properties.connections, 16);
  });
});
