import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { monotonicMs, systemClock } from '#kernel';
import { Diary } from './diary.js';
import { withQueue, type OpenQueue } from './given.js';

export function describeRepeating(open: OpenQueue): void {
  describe('repeating', () => {
    it('has a repeated duty done now and after each interval, by one of two workers', () =>
      withQueue(open, async (queue, other) => {
        const [one, two] = [new Diary(), new Diary()];
        await queue.work({ sweep: one.handler });
        await other.work({ sweep: two.handler });
        const start = monotonicMs();
        await Promise.all([queue.repeat('sweep', 200), other.repeat('sweep', 200)]);
        await systemClock.sleep(1900);
        const calls = [...one.calls, ...two.calls].map((call) => call.atMs).sort((a, b) => a - b);
        const elapsed = monotonicMs() - start;
        const most = Math.floor(elapsed / 200) + 1;
        assert.ok(calls.length >= 6 && calls.length <= most, `${calls.length} calls in ${elapsed} ms`);
        assert.deepEqual(one.calls[0]?.payload ?? two.calls[0]?.payload, {});
      }));

    it('does nothing new when asked again with the same interval', () =>
      withQueue(open, async (queue, other) => {
        const diary = new Diary();
        await queue.work({ sweep: diary.handler });
        await queue.repeat('sweep', 60_000);
        await diary.reaches(1);
        for (let n = 0; n < 5; n += 1) await other.repeat('sweep', 60_000);
        await systemClock.sleep(100);
        assert.equal(diary.calls.length, 1);
        assert.deepEqual(await queue.counts(), { waiting: 0, delayed: 1, active: 0, failed: 0 });
      }));

    it('goes over to another interval at once', () =>
      withQueue(open, async (queue, other) => {
        const diary = new Diary();
        await queue.work({ sweep: diary.handler });
        await queue.repeat('sweep', 60_000);
        await diary.reaches(1);
        await other.repeat('sweep', 100);
        await diary.reaches(4);
        await other.repeat('sweep', 60_000);
        await diary.reaches(5);
        const done = diary.calls.length;
        await systemClock.sleep(300);
        // One turn of the short interval may have been on its way.
        assert.ok(diary.calls.length <= done + 1, `${diary.calls.length - done} turns too many`);
        assert.equal((await queue.counts()).delayed, 1);
      }));

    it('does not pile up turns that nobody does', () =>
      withQueue(open, async (queue) => {
        await queue.repeat('sweep', 20);
        await systemClock.sleep(200);
        const counts = await queue.counts();
        assert.equal(counts.waiting + counts.delayed, 1);
        const diary = new Diary();
        await queue.work({ sweep: diary.handler });
        await diary.reaches(3);
      }));

    it('goes on after a turn that failed, which is not tried again', () =>
      withQueue(open, async (queue) => {
        const given: boolean[] = [];
        const diary = new Diary(() => Promise.reject(new Error('bad')));
        const failed = (_duty: string, _error: unknown, givenUp: boolean) => void given.push(givenUp);
        await queue.work({ sweep: diary.handler }, { failed });
        const start = monotonicMs();
        await queue.repeat('sweep', 100);
        await diary.reaches(5);
        const most = (monotonicMs() - start) / 100 + 2;
        assert.ok(diary.calls.length <= most, `${diary.calls.length} turns, ${most} at most`);
        assert.deepEqual(given.slice(0, 3), [true, true, true]);
      }));
  });
}
