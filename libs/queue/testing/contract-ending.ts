import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isFailure, monotonicMs, systemClock } from '#kernel';
import type { DutyHandler, Queue } from '../queue.js';
import { Diary } from './diary.js';
import { withQueue, type OpenQueue } from './given.js';
import { until } from './until.js';

export function describeEnding(open: OpenQueue): void {
  describe('ending', () => {
    it('lets a handler that runs come to its end, and takes nothing more', () =>
      withQueue(open, async (queue) => {
        const diary = new Diary(() => systemClock.sleep(150));
        const worker = await queue.work({ settle: diary.handler }, { concurrency: 1 });
        await queue.add('settle', { n: 1 });
        await queue.add('settle', { n: 2 });
        await diary.reaches(1);
        await worker.close(5000);
        assert.equal(diary.calls[0]?.signal.aborted, false);
        assert.deepEqual(await queue.counts(), { waiting: 1, delayed: 0, active: 0, failed: 0 });
      }));

    it('aborts the signal of a handler that outlasts the grace, and leaves the duty with all its attempts to others', () =>
      withQueue(open, async (queue, other) => {
        const told: boolean[] = [];
        const failed = (_duty: string, _error: unknown, givenUp: boolean) => void told.push(givenUp);
        const stubborn = new Diary(({ signal }) => untilAborted(signal));
        const worker = await queue.work({ settle: stubborn.handler }, { failed });
        await queue.add('settle', { n: 1 }, { key: 'run 1', attempts: 1 });
        await stubborn.reaches(1);
        const start = monotonicMs();
        await Promise.all([worker.close(100), worker.close(100)]);
        assert.ok(monotonicMs() - start < 5000);
        assert.deepEqual(told, []);
        assert.equal((await queue.counts()).waiting, 1);
        const diary = new Diary();
        await other.work({ settle: diary.handler });
        await diary.reaches(1);
        await until('it is done', async () => (await queue.counts()).active === 0);
        assert.equal((await queue.counts()).failed, 0);
      }));

    it('closes an idle worker at once, and others go on', () =>
      withQueue(open, async (queue, other) => {
        const [one, two] = [new Diary(), new Diary()];
        const worker = await queue.work({ settle: one.handler, notify: one.handler });
        await other.work({ settle: two.handler });
        const start = monotonicMs();
        await worker.close();
        assert.ok(monotonicMs() - start < 2000);
        await queue.add('settle', {});
        await two.reaches(1);
        assert.equal(one.calls.length, 0);
      }));

    it('closes its workers with itself; a handler that runs may still ask for more', () =>
      withQueue(open, async (queue, other) => {
        const started = Promise.withResolvers<void>();
        const asking: DutyHandler = async () => {
          started.resolve();
          await systemClock.sleep(50);
          await queue.add('notify', {});
        };
        await queue.work({ settle: asking });
        await queue.add('settle', {});
        await started.promise;
        await Promise.all([queue.close(), queue.close()]);
        await queue.close();
        if (other !== queue) {
          assert.deepEqual(await other.counts(), { waiting: 1, delayed: 0, active: 0, failed: 0 });
        }
      }));

    it('refuses everything when it is closed', () =>
      withQueue(open, async (queue) => {
        await queue.close();
        await everythingIsUnavailable(queue);
      }));

    it('closes when nothing was ever asked of it', async () => {
      const opened = await open();
      await opened.queue.close();
      await opened.close();
    });

    it('says that its server is away, and closes all the same', async function () {
      const opened = await open();
      const queue = opened.away?.();
      try {
        if (!queue) return this.skip();
        await everythingIsUnavailable(queue);
        await assert.rejects(queue.ready(AbortSignal.abort(new Error('no time'))), /no time/);
      } finally {
        await queue?.close();
        await opened.close();
      }
    });
  });
}

async function everythingIsUnavailable(queue: Queue): Promise<void> {
  const away = (error: unknown) => isFailure(error, 'queue.unavailable');
  await assert.rejects(queue.ready(), away);
  await assert.rejects(queue.add('settle', {}), away);
  await assert.rejects(queue.add('settle', {}, { key: 'run 1' }), away);
  await assert.rejects(queue.repeat('settle', 1000), away);
  await assert.rejects(queue.counts(), away);
  await assert.rejects(queue.work({ settle: async () => undefined }), away);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
