import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Diary } from './diary.js';
import { withQueue, type OpenQueue } from './given.js';
import { until } from './until.js';

export function describeFailing(open: OpenQueue): void {
  describe('failing', () => {
    it('calls a handler that rejects again, after growing waits, and then gives up', () =>
      withQueue(open, async (queue) => {
        const told: [string, string, boolean][] = [];
        const diary = new Diary((_call, count) => Promise.reject(new Error(`bad ${count}`)));
        const failed = (duty: string, error: unknown, givenUp: boolean) =>
          void told.push([duty, (error as Error).message, givenUp]);
        await queue.work({ settle: diary.handler }, { failed });
        await queue.add('settle', { n: 1 }, { attempts: 3, backoffMs: 100 });
        await diary.reaches(3);
        await until('it is given up', async () => (await queue.counts()).failed === 1);
        const [first, second] = diary.waits as [number, number];
        assert.ok(first >= 95 && second >= 190, `waited ${first} and ${second} ms`);
        assert.deepEqual(told, [
          ['settle', 'bad 1', false],
          ['settle', 'bad 2', false],
          ['settle', 'bad 3', true],
        ]);
        assert.deepEqual(await queue.counts(), { waiting: 0, delayed: 0, active: 0, failed: 1 });
      }));

    it('forgets the failures of a duty that succeeds in the end', () =>
      withQueue(open, async (queue) => {
        const diary = new Diary((_call, count) => {
          if (count === 1) throw new Error('thrown at once');
        });
        await queue.work({ settle: diary.handler });
        await queue.add('settle', { n: 1 }, { attempts: 2, backoffMs: 10 });
        await diary.reaches(2);
        await until('it is done', async () => (await queue.counts()).active === 0);
        assert.deepEqual(await queue.counts(), { waiting: 0, delayed: 0, active: 0, failed: 0 });
      }));

    it('holds a key through all attempts, and takes it again when the duty was given up', () =>
      withQueue(open, async (queue) => {
        const diary = new Diary(() => Promise.reject(new Error('bad')));
        await queue.work({ settle: diary.handler });
        await queue.add('settle', { n: 1 }, { key: 'run 1', attempts: 2, backoffMs: 300 });
        await diary.reaches(1);
        await until('it waits for its second attempt', async () => (await queue.counts()).delayed === 1);
        await queue.add('settle', { n: 2 }, { key: 'run 1' });
        await until('it is given up', async () => (await queue.counts()).failed === 1);
        assert.equal(diary.calls.length, 2);
        await queue.add('settle', { n: 3 }, { key: 'run 1', attempts: 1 });
        await diary.reaches(3);
        assert.deepEqual(
          diary.calls.map((call) => call.payload['n']),
          [1, 1, 3],
        );
      }));

    it('gives up what fails with a text or a thing that no server would store', () =>
      withQueue(open, async (queue) => {
        const diary = new Diary((_call, count) => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- handlers of others do such things
          throw count === 1 ? new Error('\u0000 and \ud800') : undefined;
        });
        await queue.work({ settle: diary.handler });
        await queue.add('settle', {}, { attempts: 1 });
        await queue.add('settle', {}, { attempts: 1 });
        await until('both are given up', async () => (await queue.counts()).failed === 2);
      }));

    it('is not disturbed by a listener that throws', () =>
      withQueue(open, async (queue) => {
        const diary = new Diary((_call, count) =>
          count === 1 ? Promise.reject(new Error('bad')) : undefined,
        );
        const failed = () => {
          throw new Error('a fault of the listener');
        };
        await queue.work({ settle: diary.handler }, { failed });
        await queue.add('settle', {}, { backoffMs: 10 });
        await diary.reaches(2);
        await until('it is done', async () => (await queue.counts()).active === 0);
      }));
  });
}
