import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Failure } from '#kernel';
import { bodyOf } from '#storage';
import {
  bytesAt,
  collected,
  failsWith,
  faultyStorage,
  keysOf,
  memoryStorage,
  textAt,
  textBody,
} from '#storage/testing';
import type { ScriptedFault } from '#storage/testing';

const filled = async (...faults: readonly ScriptedFault[]) => {
  const inner = memoryStorage();
  for (const key of ['a/1', 'a/2', 'b/1']) await inner.put(key, textBody('hello'));
  return { inner, storage: faultyStorage(inner, faults) };
};

describe('a faulty storage', () => {
  it('fails the nth call of a name before anything happens', async () => {
    const failure = new Failure('storage.full', 'scripted');
    const { inner, storage } = await filled({ call: 'put', nth: 2, does: 'fail', failure });
    await storage.put('c', textBody('x'));
    await storage.head('c');
    await assert.rejects(storage.put('d', textBody('x')), (error) => error === failure);
    await storage.put('e', textBody('x'));
    assert.deepEqual(storage.diary, ['put c', 'head c', 'put d → fail', 'put e']);
    assert.deepEqual(await keysOf(inner), ['a/1', 'a/2', 'b/1', 'c', 'e']);
  });

  it('fails the nth call of all, or every call', async () => {
    const { storage } = await filled({ call: 'any', nth: 2, does: 'fail' });
    await storage.head('a/1');
    await failsWith('storage.unavailable', () => keysOf(storage));
    await storage.head('a/1');
    const broken = await filled({ call: 'head', nth: 'every', does: 'fail' });
    for (let round = 0; round < 3; round += 1) {
      await failsWith('storage.unavailable', () => broken.storage.head('a/1'));
    }
  });

  it('does what is asked and loses the answer', async () => {
    const { inner, storage } = await filled(
      { call: 'put', nth: 1, does: 'lose-answer' },
      { call: 'remove', nth: 1, does: 'lose-answer' },
    );
    await failsWith('storage.unavailable', () => storage.put('c', textBody('x')));
    await failsWith('storage.unavailable', () => storage.remove('a/1'));
    assert.deepEqual(await keysOf(inner), ['a/2', 'b/1', 'c']);
  });

  it('stores less than it was given', async () => {
    const { storage } = await filled({ call: 'put', nth: 1, does: 'short-write', keep: 3 });
    await storage.put('c', textBody('hello'));
    assert.equal(await textAt(storage, 'c'), 'hel');
  });

  it('reads wrong, too little, or until it breaks', async () => {
    const { storage } = await filled(
      { call: 'get', nth: 1, does: 'flip-byte', at: 1 },
      { call: 'get', nth: 2, does: 'truncate', keep: 2 },
      { call: 'get', nth: 3, does: 'break', after: 2 },
    );
    assert.deepEqual([...(await bytesAt(storage, 'a/1'))], [...Buffer.from('h\x9allo', 'latin1')]);
    assert.equal(await textAt(storage, 'a/1'), 'he');
    await failsWith('storage.unavailable', () => textAt(storage, 'a/1'));
    assert.equal(await textAt(storage, 'a/1'), 'hello');
    storage.assertAllMet();
  });

  it('stalls until it is released, or the call is called off', async () => {
    const { storage } = await filled({ call: 'head', nth: 'every', does: 'stall' });
    const stop = new AbortController();
    const reason = new Error('no longer wanted');
    const first = storage.head('a/1');
    const second = storage.head('a/2', stop.signal);
    await storage.stalled(2);
    stop.abort(reason);
    await assert.rejects(second, (error) => error === reason);
    storage.release();
    assert.equal((await first).size, 5);
  });

  it('freezes in the middle until it is released, or the call is called off', async () => {
    const { inner, storage } = await filled(
      { call: 'put', nth: 1, does: 'freeze', after: 2 },
      { call: 'get', nth: 1, does: 'freeze', after: 2 },
      { call: 'list', nth: 1, does: 'freeze', after: 1 },
    );
    const put = storage.put('c', bodyOf([Buffer.from('he'), Buffer.from('llo')]));
    const read = textAt(storage, 'a/1');
    const stop = new AbortController();
    const reason = new Error('no longer wanted');
    const listing = storage.list('', stop.signal)[Symbol.asyncIterator]();
    await listing.next();
    const rest = listing.next();
    await storage.stalled(3);
    assert.deepEqual(await keysOf(inner, 'c/'), []);
    stop.abort(reason);
    await assert.rejects(rest, (error) => error === reason);
    storage.release();
    await put;
    assert.deepEqual([await read, await textAt(inner, 'c')], ['hello', 'hello']);
  });

  it('does not list what is new, or breaks off', async () => {
    const { storage } = await filled(
      { call: 'list', nth: 1, does: 'stale', hides: 1 },
      { call: 'folders', nth: 1, does: 'stale', hides: 2 },
      { call: 'list', nth: 2, does: 'break', after: 1 },
    );
    await storage.put('c/1', textBody('x'));
    await storage.put('d/1', textBody('x'));
    assert.deepEqual(await keysOf(storage), ['a/1', 'a/2', 'b/1', 'c/1']);
    assert.deepEqual(await collected(storage.folders('')), ['a', 'b']);
    await failsWith('storage.unavailable', () => keysOf(storage));
    assert.equal((await keysOf(storage)).length, 5);
  });

  it('can say which faults were not met', async () => {
    const { storage } = await filled(
      { call: 'head', nth: 1, does: 'fail' },
      { call: 'get', nth: 7, does: 'truncate', keep: 2 },
    );
    await failsWith('storage.unavailable', () => storage.head('a/1'));
    assert.throws(() => storage.assertAllMet(), /truncate at 7 get/);
  });
});
