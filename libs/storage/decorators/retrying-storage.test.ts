import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Failure } from '#kernel';
import { FakeClock, HurryingClock } from '#kernel/testing';
import { bodyOf, readAll, retryingStorage, type RetryOptions, type StorageBackend } from '#storage';
import {
  bytesAt,
  collected,
  failsWith,
  faultyStorage,
  interruptedBody,
  keysOf,
  memoryStorage,
  testBytes,
  textAt,
  textBody,
  type ScriptedFault,
} from '#storage/testing';

const fail = (nth: number, call: ScriptedFault['call'] = 'any') => ({ call, nth, does: 'fail' }) as const;

function retrying(inner: StorageBackend, options: Partial<RetryOptions> = {}) {
  const clock = new HurryingClock();
  const all = { clock, attempts: 4, baseMs: 100, maxMs: 1000, totalMs: 60_000, random: () => 0, ...options };
  return { clock, storage: retryingStorage(inner, all) };
}

describe('a retrying storage', () => {
  it('makes a call again that failed for a passing reason, whichever call it is', async () => {
    const inner = memoryStorage();
    await inner.put('a/b', textBody('x'));
    const calls: readonly [string, (storage: StorageBackend) => Promise<unknown>][] = [
      ['put', (storage) => storage.put('c', textBody('x'))],
      ['get', (storage) => textAt(storage, 'a/b')],
      ['head', (storage) => storage.head('a/b')],
      ['list', (storage) => keysOf(storage)],
      ['folders', (storage) => collected(storage.folders(''))],
      ['remove', (storage) => storage.remove('c')],
    ];
    for (const [name, call] of calls) {
      const faulty = faultyStorage(inner, [fail(1), fail(2), fail(3)]);
      await call(retrying(faulty).storage);
      faulty.assertAllMet();
      assert.equal(faulty.diary.length, 4, `${name}: ${faulty.diary.join(', ')}`);
    }
  });

  it('waits twice as long each time, up to the most, with half of it left to chance', async () => {
    for (const [chance, waits] of [
      [0, [50, 100, 150, 150]],
      [0.5, [75, 150, 225, 225]],
    ] as const) {
      const faulty = faultyStorage(
        memoryStorage(),
        [1, 2, 3, 4].map((nth) => fail(nth)),
      );
      const { clock, storage } = retrying(faulty, { attempts: 5, maxMs: 300, random: () => chance });
      await storage.put('a', textBody('x'));
      assert.deepEqual(clock.sleeps, waits);
    }
  });

  it('gives up after so many attempts, and says how many', async () => {
    const faulty = faultyStorage(memoryStorage(), [{ call: 'put', nth: 'every', does: 'fail' }]);
    const failure = await failsWith('storage.unavailable', () =>
      retrying(faulty).storage.put('a', textBody('x')),
    );
    assert.equal(faulty.diary.length, 4);
    assert.equal(failure.context['attempts'], 4);
  });

  it('gives up when the next try would come too late', async () => {
    const faulty = faultyStorage(memoryStorage(), [{ call: 'put', nth: 'every', does: 'fail' }]);
    const { clock, storage } = retrying(faulty, { attempts: 100, baseMs: 100, maxMs: 100, totalMs: 260 });
    await failsWith('storage.unavailable', () => storage.put('a', textBody('x')));
    assert.deepEqual(clock.sleeps, [50, 50, 50, 50, 50]);
  });

  it('does not repeat what cannot help, nor what is not the storage’s own failure', async () => {
    for (const code of [
      'storage.full',
      'storage.access-denied',
      'storage.object-missing',
      'run.cancelled',
    ] as const) {
      const failure = new Failure(code, 'scripted');
      const faulty = faultyStorage(memoryStorage(), [{ call: 'put', nth: 1, does: 'fail', failure }]);
      await assert.rejects(retrying(faulty).storage.put('a', textBody('x')), (error) => error === failure);
      assert.equal(faulty.diary.length, 1, code);
    }
  });

  it('does not repeat a put whose body broke', async () => {
    const broken = new Failure('engine.failed', 'the engine gave up');
    const faulty = faultyStorage(memoryStorage(), []);
    const body = interruptedBody(textBody('hello'), () => Promise.reject(broken));
    await assert.rejects(retrying(faulty).storage.put('a', body), (error) => error === broken);
    assert.deepEqual(faulty.diary, ['put a']);
  });

  it('stops at once when it is aborted while it waits', async () => {
    const faulty = faultyStorage(memoryStorage(), [fail(1)]);
    const clock = new FakeClock();
    const { storage } = retrying(faulty, { clock });
    const stop = new AbortController();
    const reason = new Error('no longer wanted');
    const put = storage.put('a', textBody('x'), stop.signal);
    while (clock.sleeps.length === 0) await new Promise(setImmediate);
    stop.abort(reason);
    await assert.rejects(put, (error) => error === reason);
    assert.equal(faulty.diary.length, 1);
  });

  describe('putting', () => {
    it('has succeeded when only the answer was lost', async () => {
      const faulty = faultyStorage(memoryStorage(), [{ call: 'put', nth: 1, does: 'lose-answer' }]);
      await retrying(faulty).storage.put('a', textBody('hello'));
      assert.deepEqual(faulty.diary, ['put a → lose-answer', 'put a', 'head a', 'get a']);
      assert.equal(await textAt(faulty, 'a'), 'hello');
    });

    it('has succeeded as well when the look at the object fails at first', async () => {
      const faulty = faultyStorage(memoryStorage(), [
        { call: 'put', nth: 1, does: 'lose-answer' },
        fail(1, 'head'),
        fail(1, 'get'),
      ]);
      await retrying(faulty).storage.put('a', textBody('hello'));
      faulty.assertAllMet();
    });

    for (const [why, other] of [
      ['another size', 'another object'],
      ['the same size and other bytes', 'hellO'],
    ] as const) {
      it(`is refused when an object of ${why} is there`, async () => {
        const inner = memoryStorage();
        await inner.put('a', textBody(other));
        const { storage } = retrying(faultyStorage(inner, [fail(1, 'put')]));
        await failsWith('storage.object-exists', () => storage.put('a', textBody('hello')));
        assert.equal(await textAt(inner, 'a'), other);
      });
    }

    it('is refused at the first try also when the same object is there', async () => {
      const inner = memoryStorage();
      await inner.put('a', textBody('hello'));
      await failsWith('storage.object-exists', () => retrying(inner).storage.put('a', textBody('hello')));
    });
  });

  describe('listing', () => {
    it('is not begun again once it has yielded', async () => {
      const inner = memoryStorage();
      for (const key of ['a', 'b', 'c']) await inner.put(key, textBody('x'));
      const faulty = faultyStorage(inner, [{ call: 'list', nth: 1, does: 'break', after: 2 }]);
      const seen: string[] = [];
      await failsWith('storage.unavailable', async () => {
        for await (const { key } of retrying(faulty).storage.list('')) seen.push(key);
      });
      assert.deepEqual(seen, ['a', 'b']);
      assert.deepEqual(faulty.diary, ['list  → break']);
    });
  });

  describe('reading', () => {
    const bytes = testBytes(300_000);
    const filled = async () => {
      const inner = memoryStorage();
      await inner.put('a', bodyOf(bytes));
      return inner;
    };

    it('goes on at the byte reached when the body breaks', async () => {
      const faulty = faultyStorage(await filled(), [{ call: 'get', nth: 1, does: 'break', after: 100_000 }]);
      assert.ok(bytes.equals(await bytesAt(retrying(faulty).storage, 'a')));
      assert.deepEqual(faulty.diary, ['get a → break', 'head a', 'get a 100000-300000']);
    });

    it('goes on when a range ends early without a word', async () => {
      const faulty = faultyStorage(await filled(), [{ call: 'get', nth: 1, does: 'truncate', keep: 10 }]);
      const read = await bytesAt(retrying(faulty).storage, 'a', { start: 5, end: 205_000 });
      assert.ok(bytes.subarray(5, 205_000).equals(read));
      assert.deepEqual(faulty.diary, ['get a 5-205000 → truncate', 'get a 15-205000']);
    });

    it('gives every byte once, wherever and however often the body breaks', async () => {
      const inner = await filled();
      const breaks = fc.array(fc.nat(120_000), { maxLength: 12 });
      const range = fc.option(fc.tuple(fc.nat(300_000), fc.nat(300_000)));
      await fc.assert(
        fc.asyncProperty(breaks, range, async (places, ends) => {
          const faults = places.map(
            (after, at) => ({ call: 'get', nth: at + 1, does: 'break', after }) as const,
          );
          const [start = 0, end = bytes.length] = ends ? [...ends].sort((a, b) => a - b) : [];
          const { storage } = retrying(faultyStorage(inner, faults), { attempts: 20 });
          const read = await bytesAt(storage, 'a', ends ? { start, end } : undefined);
          assert.ok(bytes.subarray(start, end).equals(read));
        }),
        { numRuns: 60 },
      );
    });

    it('gives up when no byte comes any more, however many came before', async () => {
      const faulty = faultyStorage(await filled(), [
        { call: 'get', nth: 1, does: 'break', after: 100_000 },
        { call: 'get', nth: 'every', does: 'break', after: 0 },
      ]);
      await failsWith('storage.unavailable', () => bytesAt(retrying(faulty).storage, 'a'));
      assert.equal(faulty.diary.filter((line) => line.startsWith('get')).length, 4);
    });

    it('hands a break on when the storage cannot read ranges', async () => {
      const faulty = faultyStorage(await filled(), [{ call: 'get', nth: 1, does: 'break', after: 10 }]);
      const simple = { ...faulty, properties: { ...faulty.properties, rangeReads: false } };
      await failsWith('storage.unavailable', () => bytesAt(retrying(simple).storage, 'a'));
      assert.equal(faulty.diary.length, 1);
    });

    it('lets go of a stalled source when its reader leaves', async () => {
      const faulty = faultyStorage(await filled(), [
        { call: 'get', nth: 1, does: 'break', after: 10 },
        { call: 'get', nth: 2, does: 'stall' },
      ]);
      const stream = await retrying(faulty).storage.get('a');
      stream.resume();
      await faulty.stalled();
      stream.destroy();
      await assert.rejects(readAll(stream), /premature|aborted/i);
    });
  });
});
