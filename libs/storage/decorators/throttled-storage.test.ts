import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { FakeClock, HurryingClock } from '#kernel/testing';
import { bandwidthOf, bodyOf, composeStorage, throttledStorage } from '#storage';
import { bytesAt, memoryStorage, testBytes } from '#storage/testing';

const secondsSince = (clock: FakeClock, start: Date) => (clock.now().getTime() - start.getTime()) / 1000;

describe('a throttled storage', () => {
  it('passes bodies to and fro at its rate, whatever their pieces', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1000, max: 20_000 }), async (pieces, bytesPerSecond) => {
        const clock = new HurryingClock();
        const start = clock.now();
        const storage = throttledStorage(memoryStorage(), { bytesPerSecond, clock });
        const body = bodyOf(pieces.map((size) => testBytes(size)));
        await storage.put('a', body);
        assert.equal(bodyOf(await bytesAt(storage, 'a')).sha256, body.sha256);
        const atBest = (2 * body.size) / bytesPerSecond;
        const took = secondsSince(clock, start);
        // A tenth of a second goes free at the beginning; waits are whole milliseconds.
        assert.ok(took >= atBest - 0.11, `${took} s are less than ${atBest} s`);
        assert.ok(took <= atBest + 0.11 + (0.001 * took) / 0.05, `${took} s are more than ${atBest} s`);
      }),
      { numRuns: 40 },
    );
  });

  it('shares the rate among all calls', async () => {
    const clock = new HurryingClock();
    const start = clock.now();
    const storage = throttledStorage(memoryStorage(), { bytesPerSecond: 10_000, clock });
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => storage.put(key, bodyOf(testBytes(10_000)))));
    assert.ok(secondsSince(clock, start) >= 3.8, `${secondsSince(clock, start)} s for four seconds' worth`);
  });

  it('limits what goes up and what comes down apart', async () => {
    const rates = fc.option(fc.integer({ min: 2000, max: 50_000 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(rates, rates, rates, async (both, upload, download) => {
        const clock = new HurryingClock();
        const storage = throttledStorage(memoryStorage(), {
          ...{ clock, bytesPerSecond: both, uploadBytesPerSecond: upload, downloadBytesPerSecond: download },
        });
        for (const [rate, act] of [
          [upload ?? both, () => storage.put('a', bodyOf(testBytes(100_000)))],
          [download ?? both, () => bytesAt(storage, 'a')],
        ] as const) {
          const start = clock.now();
          await act();
          const took = secondsSince(clock, start);
          const atBest = rate === undefined ? 0 : 100_000 / rate;
          assert.ok(
            took >= atBest - 0.11 && took <= 1.03 * atBest + 0.11,
            `${took} s instead of ${atBest} s`,
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is shared by storages that share a line', async () => {
    const clock = new HurryingClock();
    const bandwidth = bandwidthOf({ uploadBytesPerSecond: 10_000 }, clock);
    const start = clock.now();
    const storages = [1, 2, 3].map(() =>
      composeStorage(memoryStorage(), { clock, random: () => 0, bandwidth }),
    );
    await Promise.all(storages.map((storage) => storage.put('a', bodyOf(testBytes(10_000)))));
    assert.ok(secondsSince(clock, start) >= 2.8, `${secondsSince(clock, start)} s for three seconds' worth`);
  });

  it('does not save up for later what nobody used', async () => {
    const clock = new HurryingClock();
    const storage = throttledStorage(memoryStorage(), { bytesPerSecond: 10_000, clock });
    clock.advance(3600_000);
    const start = clock.now();
    await storage.put('a', bodyOf(testBytes(10_000)));
    assert.ok(secondsSince(clock, start) >= 0.89);
  });

  it('is not upset by a clock that is set back', async () => {
    const clock = new HurryingClock();
    const storage = throttledStorage(memoryStorage(), { bytesPerSecond: 10_000, clock });
    clock.advance(-3600_000);
    const start = clock.now();
    await storage.put('a', bodyOf(testBytes(10_000)));
    assert.ok(secondsSince(clock, start) <= 1.1);
  });

  it('can be called off while it waits', async () => {
    const clock = new FakeClock();
    const storage = throttledStorage(memoryStorage(), { bytesPerSecond: 1000, clock });
    const stop = new AbortController();
    const reason = new Error('no longer wanted');
    const put = storage.put('a', bodyOf(testBytes(10_000)), stop.signal);
    while (clock.sleeps.length === 0) await new Promise(setImmediate);
    stop.abort(reason);
    await assert.rejects(put, (error) => error === reason);
  });
});
