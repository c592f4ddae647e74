import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { requireProgram, startRedis, type TestRedis } from '#test/support';
import { silentLogger } from '#kernel';
import { Diary } from '../testing/diary.js';
import { describeQueueContract, until } from '../testing/index.js';
import type { Queue } from '../queue.js';
import { redisQueue } from './index.js';
import { logLines } from './log-lines.fixture.js';

describe('the queue on Redis', function () {
  this.timeout(60_000);
  let redis: TestRedis;
  let names = 0;

  before(async function () {
    requireProgram(this, 'redis-server');
    redis = await startRedis();
  });
  after(() => redis?.close());

  const open = (name: string) => redisQueue({ url: redis.url, name, logger: silentLogger });
  const away = () => redisQueue({ url: 'redis://127.0.0.1:1', logger: silentLogger });

  describeQueueContract('the queue on Redis', async () => {
    const name = `contract ${(names += 1)}`;
    const queue = open(name);
    return { queue, second: async () => open(name), away, close: () => queue.close() };
  });

  describe('when the server goes away', () => {
    it('works on when it is back, with its repeated duties, and tells each outage once', async () => {
      const { lines, logger } = logLines();
      const queue = redisQueue({ url: redis.url, name: 'outage', logger });
      const [sweep, settle] = [new Diary(), new Diary()];
      await queue.work({ sweep: sweep.handler, settle: settle.handler });
      await queue.repeat('sweep', 100);
      await sweep.reaches(2);

      await redis.stop();
      await until('the outage is noticed', () => lines.length > 0);
      await assert.rejects(queue.add('settle', {}), { code: 'queue.unavailable' });
      await redis.start();
      await until('the queue answers', () =>
        queue.ready().then(
          () => true,
          () => false,
        ),
      );
      await queue.add('settle', {});
      await settle.reaches(1);
      const before = sweep.calls.length;
      await sweep.reaches(before + 2);

      await queue.close();
      // A turn that was under way when the Redis lost its memory is a trouble of its own.
      const outages = lines.map((line) => line.msg).filter((words) => words !== 'queue trouble');
      assert.deepEqual(outages, ['queue server lost', 'queue server back']);
    });

    it('closes while it is away, also with a duty in hand', async () => {
      const queue = redisQueue({ url: redis.url, name: 'closing', logger: silentLogger });
      const gate = Promise.withResolvers<void>();
      const diary = new Diary(() => gate.promise);
      await queue.work({ settle: diary.handler, idle: diary.handler });
      await queue.add('settle', {});
      await diary.reaches(1);
      await redis.stop();
      gate.resolve();
      await queue.close();
      await redis.start();
    });

    // Before it tells of a duty BullMQ waits for the connection that blocks, which never came: the process did not end.
    it('closes although it took its duties before it was wholly connected', async () => {
      const gate = Promise.withResolvers<void>();
      const queues = Array.from({ length: 8 }, (_, i) =>
        redisQueue({ url: redis.url, name: `closing early ${i}`, logger: silentLogger }),
      );
      const begin = async (queue: Queue) => {
        const taken = Promise.withResolvers<void>();
        await queue.add('settle', {});
        const settle = () => {
          taken.resolve();
          return gate.promise;
        };
        await queue.work({ settle, idle: settle });
        await taken.promise;
      };
      await Promise.all(queues.map(begin));
      await redis.stop();
      gate.resolve();
      await Promise.all(queues.map((queue) => queue.close()));
      await redis.start();
    });
  });
});
