import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { RunView } from '#node-protocol';
import { noise, type PlatformFixture } from '#test/support';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

const JOBS = 20;
const AT_ONCE = 4;
const SIZE = 100_000;

describe('twenty jobs at once on one node that runs four', function () {
  this.timeout(150_000);
  let own: OwnPlatform;
  let platform: PlatformFixture;
  let runs: readonly RunView[];

  before(async () => {
    own = await startOwnPlatform({ concurrentJobs: AT_ONCE });
    platform = own.platform;
    const marks = join(platform.data, 'marks');
    mkdirSync(marks);
    for (let i = 0; i < JOBS; i += 1) {
      const source = join(platform.data, `source-${i}`);
      mkdirSync(source);
      writeFileSync(join(source, 'noise'), noise(SIZE, i + 1));
      platform.writeJob(`job-${i}.json`, { actions: [marking(marks, i), backup(platform, source, i)] });
    }
    runs = await platform.until('twenty runs have ended', async () => {
      const { items } = await platform.api.runs.list({ limit: 100 });
      return items.length === JOBS && items.every(({ endedAt }) => endedAt) ? items : undefined;
    });
  });
  after(() => own?.[Symbol.asyncDispose]());

  it('all succeed, each once, with attempts, steps, exit code and bytes', () => {
    assert.equal(new Set(runs.map(({ jobId }) => jobId)).size, JOBS);
    for (const run of runs) {
      assert.equal(run.state, 'succeeded', JSON.stringify(run.failure));
      assert.deepEqual([run.exitCode, run.fence, run.wasLost], [0, 1, false]);
      assert.ok(run.bytesRead >= SIZE && run.bytesStored >= SIZE, `${run.bytesRead} ${run.bytesStored}`);
      assert.deepEqual(
        run.attempts.map(({ does, attempt, state, exitCode }) => [does, attempt, state, exitCode]),
        [
          ['exec', 1, 'succeeded', 0],
          ['backup', 1, 'succeeded', 0],
        ],
      );
      for (const { steps, startedAt, endedAt } of run.attempts) {
        assert.ok(steps.length > 0 && steps.every(({ state, ms }) => state === 'succeeded' && ms! >= 0));
        assert.ok(Date.parse(endedAt!) >= Date.parse(startedAt));
      }
    }
  });

  it('are never more than four at a time, by their own clocks and by those of their runs', () => {
    const marks = join(platform.data, 'marks');
    const own = readdirSync(marks).map((name) => {
      const [start = NaN, end = NaN] = readFileSync(join(marks, name), 'utf8').trim().split('\n').map(Number);
      return [start / 1e6, end / 1e6] as const;
    });
    assert.equal(own.length, JOBS);
    const told = runs.map(({ attempts }) => wholeSpan(attempts));
    assert.ok(mostAtOnce(own) <= AT_ONCE, `${mostAtOnce(own)} commands`);
    assert.equal(mostAtOnce(told), AT_ONCE);
  });

  it('take no longer than their agents do, four by four', () => {
    const attempts = runs.flatMap((run) => run.attempts);
    const work = attempts.reduce((sum, attempt) => sum + lengthOf(wholeSpan([attempt])), 0);
    const took = lengthOf(wholeSpan(attempts));
    // The last ones need not end together, and polls come once a second.
    const longest = Math.max(...runs.map((run) => lengthOf(wholeSpan(run.attempts))));
    const most = work / AT_ONCE + longest + 10_000;
    assert.ok(took < most, `${took} ms, more than ${most} ms`);
  });
});

function marking(marks: string, i: number) {
  const script = 'date +%s%N > "$0"; sleep 0.2; date +%s%N >> "$0"';
  const command = ['sh', '-c', script, join(marks, String(i))];
  return { settings: { action: 'exec', command }, maxRetries: 0 };
}

function backup(platform: PlatformFixture, source: string, i: number) {
  const container = join(platform.data, `container-${i % 3}`);
  const settings = { action: 'backup', path_to_backup: source, backup_name: `job-${i}`, container };
  return { settings, maxRetries: 0 };
}

type Span = readonly [startMs: number, endMs: number];

/** From the first start to the last end. */
function wholeSpan(attempts: RunView['attempts']): Span {
  const starts = attempts.map(({ startedAt }) => Date.parse(startedAt));
  return [Math.min(...starts), Math.max(...attempts.map(({ endedAt }) => Date.parse(endedAt!)))];
}

function lengthOf([startMs, endMs]: Span): number {
  return endMs - startMs;
}

/** The largest number of spans that overlap. */
function mostAtOnce(spans: readonly Span[]): number {
  const turns = spans.flatMap(([start, end]) => [[start, 1] as const, [end, -1] as const]);
  turns.sort(([a, up], [b, down]) => a - b || up - down);
  let now = 0;
  return Math.max(...turns.map(([, step]) => (now += step)));
}
