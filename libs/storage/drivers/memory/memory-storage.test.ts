import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { bodyOf, type StorageBackend } from '#storage';
import { storageDriver } from '#storage/drivers';
import {
  bytesAt,
  describeStorageContract,
  failsWith,
  keysOf,
  memoryStorage,
  testBytes,
  textBody,
} from '#storage/testing';
import { MemoryStorage } from './memory-storage.js';

describeStorageContract('memory', {
  open: async () => memoryStorage(),
  reopen: async (storage: StorageBackend) => {
    assert.ok(storage instanceof MemoryStorage);
    await storage.close();
    return storage.reopen();
  },
});

describe('the memory storage', () => {
  it('is a new one at every opening, whatever its name', async () => {
    const [one, other] = await Promise.all(
      ['same', 'same'].map((container) => storageDriver('memory').open({ container })),
    );
    await one?.put('a', textBody('x'));
    assert.ok(other);
    assert.deepEqual(await keysOf(other), []);
  });

  it('refuses an object that is larger than it takes, before it opens the body', async () => {
    const storage = memoryStorage({ maxObjectSize: 10 });
    const body = { ...bodyOf(testBytes(11)), open: () => assert.fail('the body was opened') };
    await failsWith('storage.object-too-large', () => storage.put('a', body));
    await storage.put('a', bodyOf(testBytes(10)));
  });

  it('cannot be changed through what was read from it', async () => {
    const storage = memoryStorage();
    await storage.put('a', textBody('hello'));
    const chunks = (await (await storage.get('a')).toArray()) as Buffer[];
    chunks.forEach((chunk) => chunk.fill(0));
    assert.equal((await bytesAt(storage, 'a')).toString(), 'hello');
  });
});
