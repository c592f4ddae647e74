import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { systemClock } from '#kernel';
import { Diary } from './diary.js';
import { withQueue, type OpenQueue } from './given.js';
import { until } from './until.js';

const ODD_PAYLOAD = {
  text: 'Grüße, 統一碼, 💾, "quoted", back\\slash, \u0000, \ud800',
  zero: 0,
  fraction: 0.1,
  large: Number.MAX_SAFE_INTEGER,
  none: null,
  nested: { z: [1, [2, { three: true }]], a: {}, empty: [] },
};

export function describeAsking(open: OpenQueue): void {
  describe('asking', () => {
    it('answers when its server does', () => withQueue(open, (queue) => queue.ready()));

    it('does a duty once and hands over the payload as it was', () =>
      withQueue(open, async (queue, other) => {
        const diary = new Diary();
        await other.work({ settle: diary.handler });
        await queue.add('settle', ODD_PAYLOAD);
        await diary.reaches(1);
        assert.deepEqual(diary.calls[0]?.payload, JSON.parse(JSON.stringify(ODD_PAYLOAD)));
        assert.equal(JSON.stringify(diary.calls[0]?.payload), JSON.stringify(ODD_PAYLOAD));
        await until('nothing is left', async () => total(await queue.counts()) === 0);
        assert.equal(diary.calls.length, 1);
      }));

    it('does duties in the order in which they were asked for', () =>
      withQueue(open, async (queue) => {
        for (let n = 0; n < 20; n += 1) await queue.add('settle', { n });
        const diary = new Diary();
        await queue.work({ settle: diary.handler }, { concurrency: 1 });
        await diary.reaches(20);
        assert.deepEqual(
          diary.calls.map((call) => call.payload['n']),
          Array.from({ length: 20 }, (_, n) => n),
        );
      }));

    it('takes a key once while its duty waits, is delayed or is being done, and again afterwards', () =>
      withQueue(open, async (queue, other) => {
        const gate = Promise.withResolvers<void>();
        const diary = new Diary(() => gate.promise);
        await queue.add('settle', { n: 1 }, { key: 'run 1:a' });
        await other.add('settle', { n: 2 }, { key: 'run 1:a' });
        await queue.add('settle', { n: 3 }, { key: 'run 2', delayMs: 100 });
        await other.add('settle', { n: 4 }, { key: 'run 2' });
        await other.work({ settle: diary.handler });
        await diary.reaches(2);
        await queue.add('settle', { n: 5 }, { key: 'run 1:a' });
        assert.equal((await queue.counts()).waiting, 0);
        gate.resolve();
        await until('both are done', async () => total(await queue.counts()) === 0);
        await queue.add('settle', { n: 6 }, { key: 'run 1:a' });
        await diary.reaches(3);
        assert.deepEqual(
          diary.calls.map((call) => call.payload['n']),
          [1, 3, 6],
        );
      }));

    it('takes a key once when many ask at the same moment', () =>
      withQueue(open, async (queue, other) => {
        const asking = Array.from({ length: 20 }, (_, n) =>
          (n % 2 === 0 ? queue : other).add('settle', { n }, { key: 'run 1' }),
        );
        await Promise.all(asking);
        assert.equal((await queue.counts()).waiting, 1);
      }));

    it('takes the same key for another duty', () =>
      withQueue(open, async (queue) => {
        await queue.add('settle', {}, { key: 'run 1' });
        await queue.add('notify', {}, { key: 'run 1' });
        assert.equal((await queue.counts()).waiting, 2);
      }));

    it('waits before it does a delayed duty, and does others meanwhile', () =>
      withQueue(open, async (queue) => {
        const diary = new Diary();
        await queue.work({ settle: diary.handler });
        await queue.add('settle', { n: 1 }, { delayMs: 300 });
        assert.equal((await queue.counts()).delayed, 1);
        await queue.add('settle', { n: 2 });
        await diary.reaches(2);
        assert.deepEqual(
          diary.calls.map((call) => call.payload['n']),
          [2, 1],
        );
        assert.ok(diary.waits[0]! > 150, `waited ${diary.waits[0]} ms only`);
      }));

    it('leaves a duty without a handler waiting until a worker comes that has one', () =>
      withQueue(open, async (queue, other) => {
        const [settle, notify] = [new Diary(), new Diary()];
        await queue.work({ settle: settle.handler });
        await queue.add('notify', {});
        await queue.add('settle', {});
        await settle.reaches(1);
        await systemClock.sleep(50);
        assert.equal((await queue.counts()).waiting, 1);
        await other.work({ notify: notify.handler });
        await notify.reaches(1);
      }));

    it('does so many duties of one name at once, and other duties beside them', () =>
      withQueue(open, async (queue) => {
        const gate = Promise.withResolvers<void>();
        const [slow, quick] = [new Diary(() => gate.promise), new Diary()];
        await queue.work({ slow: slow.handler, quick: quick.handler }, { concurrency: 2 });
        for (let n = 0; n < 5; n += 1) await queue.add('slow', { n });
        await queue.add('quick', {});
        await quick.reaches(1);
        await slow.reaches(2);
        await systemClock.sleep(50);
        assert.equal(slow.calls.length, 2);
        await until('the quick one is done', async () => (await queue.counts()).active === 2);
        gate.resolve();
        await slow.reaches(5);
      }));

    it('divides duties among two workers, and does each once', () =>
      withQueue(open, async (queue, other) => {
        const one = new Diary(() => systemClock.sleep(10));
        const two = new Diary(() => systemClock.sleep(10));
        await queue.work({ settle: one.handler }, { concurrency: 1 });
        await other.work({ settle: two.handler }, { concurrency: 1 });
        for (let n = 0; n < 30; n += 1) await queue.add('settle', { n });
        await until('all are done', async () => total(await other.counts()) === 0);
        const done = [...one.calls, ...two.calls].map((call) => call.payload['n'] as number);
        assert.deepEqual(
          done.sort((a, b) => a - b),
          Array.from({ length: 30 }, (_, n) => n),
        );
        assert.ok(one.calls.length > 0 && two.calls.length > 0);
      }));

    it('counts what waits, is delayed, is being done and was given up', () =>
      withQueue(open, async (queue, other) => {
        const gate = Promise.withResolvers<void>();
        await queue.add('nobody does this', {});
        await queue.add('later', {}, { delayMs: 60_000 });
        await queue.add('now', {});
        await queue.add('bad', {}, { attempts: 1 });
        const bad = new Diary(() => Promise.reject(new Error('bad')));
        const now = new Diary(() => gate.promise);
        await queue.work({ now: now.handler, bad: bad.handler });
        await now.reaches(1);
        await until('the bad one is given up', async () => (await other.counts()).failed === 1);
        assert.deepEqual(await other.counts(), { waiting: 1, delayed: 1, active: 1, failed: 1 });
        gate.resolve();
      }));
  });
}

function total(counts: { waiting: number; delayed: number; active: number }): number {
  return counts.waiting + counts.delayed + counts.active;
}
