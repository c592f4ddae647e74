import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { RunView } from '#node-protocol';
import type { PlatformFixture } from '#test/support';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

interface Action {
  /** How often it fails before it succeeds. */
  readonly fails: number;
  readonly maxRetries: number;
  readonly mandatory?: boolean;
}
interface Case {
  readonly title: string;
  readonly actions: readonly Action[];
  /** `place/attempt state` of each attempt, in order. */
  readonly attempts: readonly string[];
  readonly state: 'succeeded' | 'failed';
  readonly exitCode: number;
}

const ALWAYS = 99;
const good: Action = { fails: 0, maxRetries: 0 };
const bad: Action = { fails: ALWAYS, maxRetries: 0 };

const CASES: readonly Case[] = [
  {
    ...{ title: 'is not tried again when it succeeds', actions: [{ fails: 0, maxRetries: 3 }] },
    ...{ attempts: ['0/1 succeeded'], state: 'succeeded', exitCode: 0 },
  },
  {
    ...{ title: 'is tried once when it has no retries', actions: [bad] },
    ...{ attempts: ['0/1 failed'], state: 'failed', exitCode: 23 },
  },
  {
    ...{ title: 'succeeds with its only retry', actions: [{ fails: 1, maxRetries: 1 }] },
    ...{ attempts: ['0/1 failed', '0/2 succeeded'], state: 'succeeded', exitCode: 0 },
  },
  {
    ...{ title: 'fails when its retries are used up', actions: [{ fails: 3, maxRetries: 2 }] },
    ...{ attempts: ['0/1 failed', '0/2 failed', '0/3 failed'], state: 'failed', exitCode: 23 },
  },
  {
    ...{ title: 'succeeds with its last retry', actions: [{ fails: 2, maxRetries: 2 }] },
    ...{ attempts: ['0/1 failed', '0/2 failed', '0/3 succeeded'], state: 'succeeded', exitCode: 0 },
  },
  {
    ...{
      title: 'lets the next one follow when it came to a good end',
      actions: [{ fails: 1, maxRetries: 1 }, good],
    },
    ...{ attempts: ['0/1 failed', '0/2 succeeded', '1/1 succeeded'], state: 'succeeded', exitCode: 0 },
  },
  {
    ...{ title: 'keeps the next one from being done', actions: [bad, good] },
    ...{ attempts: ['0/1 failed', '1/0 skipped'], state: 'failed', exitCode: 23 },
  },
  {
    ...{
      title: 'does not keep a mandatory one from being done',
      actions: [bad, { ...good, mandatory: true }],
    },
    ...{ attempts: ['0/1 failed', '1/1 succeeded'], state: 'failed', exitCode: 23 },
  },
  {
    title: 'lets mandatory ones be done, retries and all, among others that are not',
    actions: [bad, good, { fails: 1, maxRetries: 1, mandatory: true }, good],
    attempts: ['0/1 failed', '1/0 skipped', '2/1 failed', '2/2 succeeded', '3/0 skipped'],
    ...{ state: 'failed', exitCode: 23 },
  },
  {
    ...{
      title: 'may be mandatory itself, which changes nothing for it',
      actions: [{ ...bad, mandatory: true }, good],
    },
    ...{ attempts: ['0/1 failed', '1/0 skipped'], state: 'failed', exitCode: 23 },
  },
];

const INTERVAL_S = 1;
// Counts its calls in a file, and fails as often as it is told.
const SCRIPT = 'echo x >> "$0"; [ "$(wc -l < "$0")" -gt "$1" ] || exit 23';

describe('an action of a job that fails', function () {
  this.timeout(120_000);
  let own: OwnPlatform;
  let platform: PlatformFixture;
  before(async () => {
    own = await startOwnPlatform({ concurrentJobs: 4 });
    platform = own.platform;
  });
  after(() => own?.[Symbol.asyncDispose]());

  const ended = new Map<Case, Promise<RunView>>();
  before(async () => {
    // All at once; each test then waits for its own.
    for (const [i, one] of CASES.entries()) {
      const actions = one.actions.map(({ fails, maxRetries, mandatory }, place) => {
        const counter = join(platform.data, `calls-${i}-${place}`);
        const settings = { action: 'exec', command: ['sh', '-c', SCRIPT, counter, String(fails)] };
        return { settings, maxRetries, maxRetriesInterval: INTERVAL_S, ...(mandatory && { mandatory }) };
      });
      const job = await platform.makeJob(actions, { description: one.title });
      ended.set(one, platform.runOf(job.id));
    }
  });

  for (const one of CASES) {
    it(one.title, async () => {
      const run = await ended.get(one)!;
      const told = run.attempts.map(({ action, attempt, state }) => `${action}/${attempt} ${state}`);
      assert.deepEqual(
        { attempts: told, state: run.state, exitCode: run.exitCode },
        { attempts: one.attempts, state: one.state, exitCode: one.exitCode },
      );
      const { status, result } = await platform.api.jobs.get(run.jobId);
      assert.deepEqual([status, result], ['completed', one.state === 'succeeded' ? 'success' : 'fail']);
      for (const { state, exitCode, failure } of run.attempts) {
        if (state === 'failed') assert.deepEqual([exitCode, failure?.code], [23, 'command.failed']);
      }
    });
  }

  it('is tried again when the interval has gone by, and not before', async () => {
    for (const [, done] of ended) {
      const { attempts } = await done;
      for (const [i, { action, startedAt }] of attempts.entries()) {
        const before = attempts[i - 1];
        if (before?.action !== action) continue;
        const pause = Date.parse(startedAt) - Date.parse(before.endedAt!);
        assert.ok(pause >= INTERVAL_S * 1000, `${pause} ms`);
      }
    }
  });
});
