import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Failure, failureCatalog, silentLogger, type FailureCode } from '#kernel';
import { HurryingClock } from '#kernel/testing';
import {
  composeStorage,
  retryingStorage,
  type RetryListener,
  type RetryOptions,
  type StorageBackend,
} from '#storage';
import { delegating, failsWith, faultyStorage, memoryStorage, textBody } from '#storage/testing';

const busy = (retryAfterMs: number) => new Failure('storage.unavailable', 'busy', { retryAfterMs });

function retrying(inner: StorageBackend, options: Partial<RetryOptions> = {}) {
  const clock = new HurryingClock();
  const all = { clock, attempts: 4, baseMs: 100, maxMs: 1000, totalMs: 60_000, random: () => 0, ...options };
  return { clock, storage: retryingStorage(inner, all) };
}

/** A storage that asks for a time before it is used again, once for each. */
const asking = (...times: readonly number[]) =>
  faultyStorage(
    memoryStorage(),
    times.map((ms, at) => ({ call: 'put', nth: at + 1, does: 'fail', failure: busy(ms) }) as const),
  );

describe('patience', () => {
  it('tries again no sooner than the server asked, and up to half as much later', async () => {
    for (const [chance, waits] of [
      [0, [5000, 700]],
      [0.5, [5250, 875]],
    ] as const) {
      const { clock, storage } = retrying(asking(5000, 700), { random: () => chance });
      await storage.put('a', textBody('x'));
      assert.deepEqual(clock.sleeps, waits);
    }
  });

  it('keeps its own longer wait, and takes no heed of a time that is none', async () => {
    const { clock, storage } = retrying(asking(10, -5, NaN));
    await storage.put('a', textBody('x'));
    assert.deepEqual(clock.sleeps, [50, 100, 200]);
  });

  it('shortens the chance, but not what was asked, to keep its deadline', async () => {
    const { clock, storage } = retrying(asking(900), { totalMs: 1000, random: () => 0.9 });
    await storage.put('a', textBody('x'));
    assert.deepEqual(clock.sleeps, [1000]);
  });

  it('gives up at once when the server asks for more time than there is', async () => {
    const { clock, storage } = retrying(asking(61_000));
    const failure = await failsWith('storage.unavailable', () => storage.put('a', textBody('x')));
    assert.equal(failure.context['retryAfterMs'], 61_000);
    assert.deepEqual(clock.sleeps, []);
  });

  for (const [why, context] of [
    ['says nothing', {}],
    ['asks for a second each time', { retryAfterMs: 1000 }],
  ] as const) {
    it(`rides out a storm of a minute, whatever chance says, when the server ${why}`, async () => {
      for (const chance of [0, 0.5, 0.999]) {
        const clock = new HurryingClock();
        const endsAt = clock.now().getTime() + 60_000;
        const inner = memoryStorage();
        const stormy: StorageBackend = {
          ...delegating(inner),
          put: async (key, body, signal) => {
            if (clock.now().getTime() < endsAt) throw new Failure('storage.unavailable', '503', context);
            await inner.put(key, body, signal);
          },
        };
        await composeStorage(stormy, { clock, random: () => chance }).put('a', textBody('x'));
        assert.equal((await inner.head('a')).size, 1);
      }
    });
  }

  it('tries again what is passing, and nothing else that a storage may say', async () => {
    const tried: FailureCode[] = [];
    for (const code of Object.keys(failureCatalog) as FailureCode[]) {
      const failure = new Failure(code, 'scripted');
      const faulty = faultyStorage(memoryStorage(), [{ call: 'head', nth: 'every', does: 'fail', failure }]);
      await failsWith(code, () => retrying(faulty).storage.head('a'));
      if (faulty.diary.length > 1) tried.push(code);
    }
    assert.deepEqual(tried, ['storage.timeout', 'storage.unavailable']);
  });

  it('says in the log which attempt failed, why, and how long it waits', async () => {
    const lines: unknown[] = [];
    const logger = {
      ...silentLogger,
      info: (words: string, facts?: object) => void lines.push({ words, ...facts }),
    };
    await retrying(asking(700), { logger }).storage.put('a', textBody('x'));
    assert.deepEqual(lines, [
      {
        words: 'storage call is tried again',
        ...{ call: 'put', key: 'a', attempt: 1, attempts: 4, waitMs: 700 },
        ...{ reason: 'storage.unavailable', error: 'busy' },
      },
    ]);
  });

  it('says before each wait what failed, for whoever tells it to people', async () => {
    const heard: unknown[] = [];
    const onRetry: RetryListener = ({ failure, ...rest }) =>
      void heard.push({ ...rest, of: failure.message });
    await retrying(asking(700), { onRetry }).storage.put('a', textBody('x'));
    assert.deepEqual(heard, [{ attempt: 1, attempts: 4, waitMs: 700, of: 'busy' }]);
  });

  describe('of a client that may only add', () => {
    const denied = new Failure('storage.access-denied', 'no right to read');
    const lost = { call: 'put', nth: 1, does: 'lose-answer' } as const;
    const no = (call: 'head' | 'get' | 'list') =>
      ({ call, nth: 'every', does: 'fail', failure: denied }) as const;

    for (const faults of [[no('get')], [no('get'), no('head')]]) {
      it(`is content with the size of what it stored, without ${faults.length} rights`, async () => {
        const faulty = faultyStorage(memoryStorage(), [lost, ...faults]);
        await retrying(faulty).storage.put('a/b', textBody('hello'));
      });
    }

    it('does not believe in an object that nothing tells of, or of another size', async () => {
      const blind = faultyStorage(memoryStorage(), [lost, no('get'), no('head'), no('list')]);
      await failsWith('storage.object-exists', () => retrying(blind).storage.put('a', textBody('hello')));
      const short = faultyStorage(memoryStorage(), [
        no('get'),
        { call: 'put', nth: 1, does: 'fail' },
        { call: 'put', nth: 2, does: 'fail', failure: new Failure('storage.object-exists', 'taken') },
      ]);
      await failsWith('storage.object-missing', () => retrying(short).storage.put('a', textBody('hello')));
    });
  });
});
