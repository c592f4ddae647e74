import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { systemClock } from '#kernel';
import { requireProgram, startRedis, type PlatformFixture, type TestRedis } from '#test/support';
import { asked } from './asked.js';
import { accountOf, claimedRun } from './claimed-run.js';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

describe('a platform whose queue is a Redis', function () {
  this.timeout(90_000);
  let redis: TestRedis;
  let own: OwnPlatform;
  let platform: PlatformFixture;

  before(async function () {
    requireProgram(this, 'redis-server');
    redis = await startRedis();
    own = await startOwnPlatform({
      ...{ scheduler: false, leaseSeconds: 1, apiEnv: { REDIS_URL: redis.url } },
    });
    platform = own.platform;
  });
  after(async () => {
    await own?.[Symbol.asyncDispose]();
    await redis?.close();
  });

  const lost = (id: string) =>
    platform.until(
      `run ${id} is lost`,
      async () => (await platform.api.runs.get(id)).state === 'lost' || undefined,
    );

  it('gives up a run of which nothing is heard', async () => {
    const run = await claimedRun(platform);
    assert.equal((await platform.api.runs.get(run)).state, 'claimed');
    await lost(run);
    assert.equal((await asked(platform.apiUrl, 'GET /readyz')).status, 200);
  });

  it('answers while the Redis is away, and says in /readyz and /metrics that it is', async () => {
    await redis.stop();
    const readyz = await platform.until('the queue is missed', async () => {
      const answer = await asked(platform.apiUrl, 'GET /readyz');
      return answer.status === 503 ? answer : undefined;
    });
    const parts = readyz.body['parts'] as Record<string, { ready: boolean; code?: string }>;
    assert.deepEqual(
      [parts['database']?.ready, parts['queue']?.ready, parts['queue']?.code],
      [true, false, 'queue.unavailable'],
    );
    assert.equal((await asked(platform.apiUrl, 'GET /healthz')).status, 200);
    assert.match(
      (await asked(platform.apiUrl, 'GET /metrics')).text,
      /^firn_part_answers\{part="queue"\} 0$/m,
    );
    // Runs are begun and ended without it.
    const run = await claimedRun(platform);
    const service = platform.clientOf(...accountOf(platform));
    const { run: reported } = await service.node.report(run, {
      ...{ fence: 1, state: 'succeeded', endedAt: systemClock.now(), exitCode: 0, attempts: [] },
      ...{ bytesRead: 1, bytesStored: 1, more: false, backups: [] },
    });
    assert.equal(reported.state, 'succeeded');
  });

  it('takes up its duties when the Redis is back, though it has forgotten everything', async () => {
    const run = await claimedRun(platform);
    await redis.start();
    await lost(run);
    await platform.until('it is ready again', async () => {
      const { status } = await asked(platform.apiUrl, 'GET /readyz');
      return status === 200 || undefined;
    });
  });
});
