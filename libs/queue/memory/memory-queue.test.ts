import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { silentLogger, systemClock } from '#kernel';
import { FakeClock } from '#kernel/testing';
import { memoryQueue } from '../index.js';
import { describeQueueContract } from '../testing/index.js';

describe('the queue in memory', () => {
  describeQueueContract('the queue in memory', async () => {
    const queue = memoryQueue({ clock: systemClock, logger: silentLogger });
    return { queue, close: () => queue.close() };
  });

  it('goes by the clock it is given', async () => {
    const clock = new FakeClock();
    const queue = memoryQueue({ clock, logger: silentLogger });
    const diary: string[] = [];
    await queue.work({
      sweep: async () => void diary.push('sweep'),
      settle: async ({ run }) => void diary.push(`settle ${String(run)}`),
    });
    await queue.repeat('sweep', 60_000);
    await queue.add('settle', { run: 1 }, { delayMs: 90_000 });
    await turnOfTheLoop();
    assert.deepEqual(diary, ['sweep']);
    clock.advance(60_000);
    await turnOfTheLoop();
    assert.deepEqual(diary, ['sweep', 'sweep']);
    clock.advance(30_000);
    await turnOfTheLoop();
    assert.deepEqual(diary, ['sweep', 'sweep', 'settle 1']);
    await queue.close();
  });
});

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
