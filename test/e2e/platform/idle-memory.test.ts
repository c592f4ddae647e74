import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import { systemClock } from '#kernel';
import type { PlatformFixture } from '#test/support';
import { accountOf } from './claimed-run.js';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

/** A scheduler asks every ten seconds; this is what an API with ten of them hears in a minute. */
const POLLS = 60;

describe('a platform that has nothing to do', function () {
  this.timeout(60_000);
  let own: OwnPlatform;
  let platform: PlatformFixture;

  before(async () => {
    own = await startOwnPlatform();
    platform = own.platform;
    await platform.makeJob([{ settings: { action: 'exec', command: ['true'] } }], {
      schedule: { hour: '3' },
    });
    const { node } = platform.clientOf(...accountOf(platform));
    for (let i = 0; i < POLLS; i += 1) {
      await node.poll(platform.clientId);
      // The scheduler looks whenever a file has come.
      if (i % 6 === 0) platform.writeJob(`job-${i}.yaml`, 'actions: []\n');
      await systemClock.sleep(100);
    }
  });
  after(() => own?.[Symbol.asyncDispose]());

  it('needs less than 200 MiB for its API', function () {
    under(this.test!, platform.apiProcess.pid, 200);
  });

  it('needs less than 100 MiB for its scheduler', function () {
    under(this.test!, platform.scheduler.pid, 100);
  });
});

function under(test: { title: string }, pid: number, limit: number): void {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const resident = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  test.title += ` (${resident.toFixed(0)})`;
  assert.ok(resident < limit, `${resident.toFixed(1)} MiB`);
}
