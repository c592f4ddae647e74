import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { isFailure } from '#kernel';
import type { JobView } from '#node-protocol';
import { noise, PlatformFixture, untilStored } from '#test/support';
import { Gate } from './gate.js';
import { EXECUTED, toldRun } from './told-run.js';

const BYTES = 3 << 20;

describe('an API that goes away while a client works', function () {
  this.timeout(180_000);
  let platform: PlatformFixture;
  let source: string;
  before(async () => {
    platform = await PlatformFixture.start();
    source = join(platform.data, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'noise'), noise(BYTES));
  });
  after(() => platform[Symbol.asyncDispose]());

  /** A backup that takes about three seconds, once something of it is stored. */
  async function slowBackup(name: string): Promise<JobView> {
    const container = join(platform.data, name);
    const speed = { bandwidth_limit: '1MiB/s', max_segment_size: '256KiB' };
    const place = { path_to_backup: source, container, backup_name: name };
    const job = await platform.makeJob([{ settings: { action: 'backup', ...place, ...speed } }]);
    await platform.journalled(job.id, ({ agent }) => agent !== undefined);
    await untilStored(container, 2, () => platform.journal().length === 0);
    return job;
  }

  async function assertReportedOnce(job: JobView): Promise<void> {
    const run = await platform.runOf(job.id);
    assert.deepEqual(
      (await platform.runsOf(job.id)).map(({ id }) => id),
      [run.id],
    );
    const { state, exitCode, attempts, bytesRead, bytesStored } = run;
    assert.deepEqual([state, exitCode], ['succeeded', 0]);
    assert.deepEqual(
      attempts.map(({ does, attempt, state }) => [does, attempt, state]),
      [['backup', 1, 'succeeded']],
    );
    assert.ok(
      attempts[0]!.steps.length > 3 && attempts[0]!.steps.every((step) => step.state === 'succeeded'),
    );
    assert.ok(bytesRead >= BYTES && bytesStored >= BYTES, `${bytesRead} read, ${bytesStored} stored`);
    const { items } = await platform.api.backups.list({ runId: run.id });
    assert.deepEqual(
      items.map(({ jobId, status, level }) => [jobId, status, level]),
      [[job.id, 'available', 0]],
    );
    assert.equal(items[0]!.storedId, attempts[0]!.facts?.['backup']);
  }

  const ways = [
    ['SIGTERM', () => platform.apiProcess.stop(), { code: 0, signal: undefined }],
    ['SIGKILL', () => platform.apiProcess.kill(), { code: undefined, signal: 'SIGKILL' }],
  ] as const;
  for (const [signal, end, expected] of ways) {
    it(`by ${signal} is told of the backup later, once`, async () => {
      const job = await slowBackup(signal.toLowerCase());
      assert.deepEqual(await end(), expected);
      const [entry] = platform.journal();
      assert.equal(entry?.phase, 'running', 'the backup outlives the API');
      await assert.rejects(platform.api.jobs.list(), (error) => isFailure(error, 'api.unreachable'));
      await platform.journalled(job.id, ({ phase }) => phase === 'ended');
      await platform.startApi();
      await assertReportedOnce(job);
    });
  }

  it('together with its scheduler, and comes back before it, is told once', async () => {
    const gate = new Gate(platform, 'api-first');
    const job = await platform.makeJob([gate.action]);
    await gate.begun();
    await Promise.all([platform.apiProcess.kill(), platform.scheduler.kill()]);
    gate.open();
    await gate.done();
    await platform.startApi();
    await platform.startScheduler();
    await assertRanOnce(job, gate);
  });

  it('together with its scheduler, and comes back after it, is told once', async () => {
    const gate = new Gate(platform, 'scheduler-first');
    const job = await platform.makeJob([gate.action]);
    await gate.begun();
    await Promise.all([platform.scheduler.kill(), platform.apiProcess.kill()]);
    await platform.startScheduler();
    await platform.scheduler.told('the API does not answer as it should; trying again');
    gate.open();
    await gate.done();
    await platform.startApi();
    await assertRanOnce(job, gate);
    await platform.scheduler.told('the API answers again');
  });

  async function assertRanOnce(job: JobView, gate: Gate): Promise<void> {
    await platform.runOf(job.id);
    assert.deepEqual((await platform.runsOf(job.id)).map(toldRun), [EXECUTED]);
    assert.deepEqual(gate.diary, ['begun', 'done']);
  }
});
