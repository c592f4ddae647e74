import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { jsonLogger } from '#kernel';
import { FakeClock } from '#kernel/testing';
import { bodyOf, loggedStorage, type StorageBackend } from '#storage';
import {
  collected,
  failsWith,
  faultyStorage,
  keysOf,
  memoryStorage,
  testBytes,
  textBody,
} from '#storage/testing';

function logged(inner: StorageBackend) {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { lines, storage: loggedStorage(inner, jsonLogger(write, new FakeClock(), 'debug')) };
}

/** Without what is the same in every line, and with `ms` shown to be a number. */
function facts({ time: _, msg, ms, ...rest }: Record<string, unknown>) {
  assert.equal(msg, 'storage call');
  assert.ok(typeof ms === 'number' && ms >= 0, `${String(ms)} ms`);
  return rest;
}

describe('a logged storage', () => {
  it('writes one line for each call', async () => {
    const { lines, storage } = logged(memoryStorage());
    await storage.put('a/b', textBody('hello'));
    await storage.head('a/b');
    await (await storage.get('a/b', { start: 1, end: 4 })).toArray();
    await keysOf(storage, 'a/');
    await collected(storage.folders(''));
    await storage.remove('a/b');
    const ok = { level: 'debug', result: 'ok' };
    assert.deepEqual(lines.map(facts), [
      { ...ok, call: 'put', key: 'a/b', bytes: 5 },
      { ...ok, call: 'head', key: 'a/b' },
      { ...ok, call: 'get', key: 'a/b', start: 1, end: 4, bytes: 3, whole: true },
      { ...ok, call: 'list', prefix: 'a/', objects: 1 },
      { ...ok, call: 'folders', prefix: '', objects: 1 },
      { ...ok, call: 'remove', key: 'a/b' },
    ]);
  });

  it('warns of what fails, by its code, and hands it on as it is', async () => {
    const inner = memoryStorage();
    await inner.put('a', bodyOf(testBytes(1000)));
    const { lines, storage } = logged(
      faultyStorage(inner, [
        { call: 'remove', nth: 1, does: 'fail' },
        { call: 'get', nth: 1, does: 'break', after: 10 },
        { call: 'list', nth: 1, does: 'break', after: 0 },
      ]),
    );
    await failsWith('storage.unavailable', () => storage.remove('a'));
    await failsWith('storage.unavailable', async () => (await storage.get('a')).toArray());
    await failsWith('storage.unavailable', () => keysOf(storage));
    await failsWith('storage.object-exists', () => storage.put('a', textBody('x')));
    assert.deepEqual(
      lines.map(({ level, call, result, bytes, objects }) => [level, call, result, bytes ?? objects]),
      [
        ['warn', 'remove', 'storage.unavailable', undefined],
        ['warn', 'get', 'storage.unavailable', 10],
        ['warn', 'list', 'storage.unavailable', 0],
        ['warn', 'put', 'storage.object-exists', 1],
      ],
    );
  });

  it('takes it calmly when something is asked for that is not there', async () => {
    const { lines, storage } = logged(memoryStorage());
    await failsWith('storage.object-missing', () => storage.head('a'));
    await failsWith('storage.object-missing', () => storage.get('a'));
    assert.deepEqual(
      lines.map(({ level, result }) => [level, result]),
      [
        ['debug', 'storage.object-missing'],
        ['debug', 'storage.object-missing'],
      ],
    );
  });

  it('says when a stream or a listing was left half way', async () => {
    const { lines, storage } = logged(memoryStorage());
    await storage.put('a', bodyOf(testBytes(1_000_000)));
    await storage.put('b', textBody('x'));
    for await (const _ of await storage.get('a')) break;
    for await (const _ of storage.list('')) break;
    // A stream that is left closes a little later.
    await new Promise(setImmediate);
    const line = (call: string) => lines.find((candidate) => candidate['call'] === call);
    assert.deepEqual([line('get')?.['level'], line('get')?.['whole']], ['debug', false]);
    assert.deepEqual([line('list')?.['level'], line('list')?.['objects']], ['debug', 1]);
  });
});
