import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { FakeClock } from '#kernel/testing';
import { bodyOf, composeStorage, readAll, stallGuardedStorage, type StorageBackend } from '#storage';
import {
  bytesAt,
  collected,
  delegating,
  failsWith,
  faultyStorage,
  interruptedBody,
  keysOf,
  memoryStorage,
  testBytes,
  textBody,
  type ScriptedFault,
} from '#storage/testing';

const STALL_MS = 60_000;

/** Long enough for everything that can go on to go on. */
const settled = async () => {
  for (let turn = 0; turn < 30; turn += 1) await new Promise(setImmediate);
};

async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5000) {
    await settled();
    clock.advance(5000);
  }
  await settled();
}

async function guarded(...faults: readonly ScriptedFault[]) {
  const inner = memoryStorage();
  for (const key of ['a/1', 'a/2']) await inner.put(key, bodyOf(testBytes(1_000_000)));
  const clock = new FakeClock();
  const faulty = faultyStorage(inner, faults);
  return { inner, clock, faulty, storage: stallGuardedStorage(faulty, { clock, stallMs: STALL_MS }) };
}

const calls: readonly [
  call: 'put' | 'get' | 'head' | 'list' | 'folders' | 'remove',
  run: (s: StorageBackend) => Promise<unknown>,
][] = [
  ['put', (storage) => storage.put('b', bodyOf(testBytes(1000)))],
  ['get', (storage) => bytesAt(storage, 'a/1')],
  ['head', (storage) => storage.head('a/1')],
  ['list', (storage) => keysOf(storage)],
  ['folders', (storage) => collected(storage.folders(''))],
  ['remove', (storage) => storage.remove('a/1')],
];

describe('a storage guarded against stalls', () => {
  for (const [call, run] of calls) {
    it(`ends a ${call} that is not answered, after its time and not before`, async () => {
      const { clock, storage } = await guarded({ call, nth: 1, does: 'stall' });
      let outcome: unknown;
      const failed = failsWith('storage.timeout', () => run(storage)).then((failure) => (outcome = failure));
      await pass(clock, STALL_MS - 5000);
      assert.equal(outcome, undefined);
      await pass(clock, STALL_MS / 2);
      const failure = await failed;
      assert.match(failure.message, new RegExp(`nothing moved for \\d+ seconds at ${call} `));
    });
  }

  for (const [call, run] of calls.filter(([name]) => ['put', 'get', 'list'].includes(name))) {
    it(`ends a ${call} that freezes in the middle`, async () => {
      const { clock, storage } = await guarded({ call, nth: 1, does: 'freeze', after: 1 } as ScriptedFault);
      const failed = failsWith('storage.timeout', () => run(storage));
      await pass(clock, 2 * STALL_MS);
      await failed;
    });
  }

  it('lets the call go on that is slow but moves', async () => {
    const { inner, clock } = await guarded();
    const slow: StorageBackend = {
      ...delegating(inner),
      put: (key, body, signal) => inner.put(key, { ...body, open: () => slowly(body.open(), clock) }, signal),
      get: async (key) => inner.get(key),
    };
    const storage = stallGuardedStorage(slow, { clock, stallMs: STALL_MS });
    const pieces = Array.from({ length: 6 }, () => testBytes(1000));
    const put = storage.put('b', bodyOf(pieces));
    await pass(clock, 8 * STALL_MS);
    await put;
  });

  it('never takes a slow source or a slow reader for a stall', async () => {
    const { clock, storage } = await guarded();
    const awaited: (() => void)[] = [];
    const body = interruptedBody(
      bodyOf(testBytes(1000)),
      () => new Promise((resolve) => awaited.push(resolve)),
    );
    const put = storage.put('b', body);
    const stream = await storage.get('a/1');
    const bytes = stream[Symbol.asyncIterator]();
    await bytes.next();
    const listing = storage.list('')[Symbol.asyncIterator]();
    await listing.next();
    await pass(clock, 5 * STALL_MS);
    for (const goOn of awaited) goOn();
    await put;
    await readAll({ [Symbol.asyncIterator]: () => bytes });
    while (!(await listing.next()).done);
  });

  it('grants a driver the time to send what it took', async () => {
    const inner = memoryStorage();
    const clock = new FakeClock();
    const answers: (() => void)[] = [];
    const buffering: StorageBackend = {
      ...delegating(inner),
      put: async (key, body, signal) => {
        const bytes = await readAll(body.open());
        await new Promise<void>((resolve) => answers.push(resolve));
        await inner.put(key, bodyOf(bytes), signal);
      },
    };
    const storage = stallGuardedStorage(buffering, { clock, stallMs: STALL_MS, slowestBytesPerSecond: 1000 });
    const put = storage.put('a', bodyOf(testBytes(100_000)));
    await pass(clock, 150_000);
    for (const answer of answers) answer();
    await put;
    const stalled = failsWith('storage.timeout', () => storage.put('b', bodyOf(testBytes(100_000))));
    await pass(clock, 240_000);
    await stalled;
  });

  it('leaves a call alone that does not heed its end', async () => {
    const clock = new FakeClock();
    const deaf: StorageBackend = { ...delegating(memoryStorage()), head: () => new Promise(() => undefined) };
    const failed = failsWith('storage.timeout', () =>
      stallGuardedStorage(deaf, { clock, stallMs: STALL_MS }).head('a'),
    );
    await pass(clock, 2 * STALL_MS);
    await failed;
  });

  it('watches no longer when a call is over', async () => {
    const { clock, storage } = await guarded({ call: 'head', nth: 1, does: 'fail' });
    await failsWith('storage.unavailable', () => storage.head('a/1'));
    for (const [, run] of calls) await run(storage);
    (await storage.get('a/2')).destroy();
    await settled();
    const waits = clock.sleeps.length;
    await pass(clock, 3 * STALL_MS);
    assert.equal(clock.sleeps.length, waits);
  });

  it('composed with patience, has the call made again and goes on where it stopped', async () => {
    const { clock, faulty } = await guarded(
      { call: 'get', nth: 1, does: 'freeze', after: 300_000 },
      { call: 'put', nth: 1, does: 'freeze', after: 0 },
    );
    const storage = composeStorage(faulty, {
      clock,
      random: () => 0,
      stallMs: STALL_MS,
      retry: { baseMs: 5000 },
    });
    const read = bytesAt(storage, 'a/1');
    const put = storage.put('b', textBody('hello'));
    await pass(clock, 3 * STALL_MS);
    assert.ok(testBytes(1_000_000).equals(await read));
    await put;
    assert.deepEqual(
      faulty.diary.filter((line) => line.startsWith('put')),
      ['put b → freeze', 'put b'],
    );
    faulty.assertAllMet();
  });

  it('takes neither the wait for a connection nor that for bandwidth for a stall', async () => {
    const { clock, faulty } = await guarded();
    const storage = composeStorage(faulty, {
      ...{ clock, random: () => 0, stallMs: STALL_MS, connections: 1 },
      uploadBytesPerSecond: 10,
    });
    const puts = ['b', 'c'].map((key) => storage.put(key, bodyOf(testBytes(40))));
    await pass(clock, 600_000);
    await Promise.all(puts);
    assert.deepEqual(faulty.diary, ['put b', 'put c']);
  });
});

async function* slowly(bytes: AsyncIterable<Uint8Array>, clock: FakeClock): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    await clock.sleep(STALL_MS - 10_000);
    yield piece;
  }
}
