import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { systemClock } from '#kernel';
import type { JobView, RunView, ScheduleDocument } from '#node-protocol';
import type { PlatformFixture } from '#test/support';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';

/** `FIRN_TEST_LONG=1`: two minutes instead of twelve seconds. */
const WINDOW_S = process.env['FIRN_TEST_LONG'] === '1' ? 120 : 12;
const EVERY_S = 2;

describe('schedules, worked out by a real scheduler', function () {
  this.timeout((WINDOW_S + 90) * 1000);
  let own: OwnPlatform;
  let platform: PlatformFixture;
  /** The jobs of this test are due from here on. */
  let begin: number;
  const jobs = new Map<string, JobView>();

  before(async () => {
    own = await startOwnPlatform({ concurrentJobs: 6, schedulerArgs: ['--log-level=info'] });
    platform = own.platform;
    const now = systemClock.now().getTime();
    // An even second, far enough away that all jobs are known by then.
    begin = Math.ceil((now + 3000) / 2000) * 2000;
    const few: ScheduleDocument = { startDate: at(begin), endDate: at(begin + 5000) };
    for (const [name, schedule] of Object.entries<ScheduleDocument>({
      every: {
        ...{ interval: `${EVERY_S} seconds`, startDate: at(begin) },
        // The end itself counts, and is no part of the window.
        endDate: at(begin + WINDOW_S * 1000 - 1),
      },
      continuous: { interval: 'continuous', ...few },
      date: { date: at(begin + 1000) },
      calendar: { second: '*/2', ...few },
      later: { startDate: at(begin + 2000) },
      over: { interval: '1 seconds', endDate: at(now - 1000) },
    })) {
      const settings = { action: 'exec', command: 'true' };
      jobs.set(name, await platform.makeJob([{ settings }], { schedule, description: name }));
    }
  });
  after(() => own?.[Symbol.asyncDispose]());

  /** Every run of a job when nothing more is to come. */
  async function runsOf(name: string): Promise<readonly RunView[]> {
    const { id } = jobs.get(name)!;
    await platform.until(`job "${name}" is completed`, async () => {
      const { status } = await platform.api.jobs.get(id);
      return status === 'completed' || undefined;
    });
    const runs = await platform.runsOf(id);
    for (const { state, failure } of runs) assert.equal(state, 'succeeded', JSON.stringify(failure));
    return runs;
  }

  it('a date fires once, at its moment', async () => {
    const runs = await runsOf('date');
    assert.deepEqual(
      runs.map(({ occurrence }) => occurrence),
      [at(begin + 1000)],
    );
    assert.ok(Date.parse(runs[0]!.claimedAt) >= begin + 1000);
  });

  it('a start without anything else fires once, not before it', async () => {
    const runs = await runsOf('later');
    assert.deepEqual(
      runs.map(({ occurrence }) => occurrence),
      ['once:1'],
    );
    assert.ok(Date.parse(runs[0]!.claimedAt) >= begin + 2000);
  });

  it('a calendar field fires at the seconds that it names, between start and end', async () => {
    const runs = await runsOf('calendar');
    assert.equal(runs.length + skippedBy('calendar'), 3);
    const due = runs.map(({ dueAt }) => Date.parse(dueAt));
    assert.ok(due.every((moment) => [begin, begin + 2000, begin + 4000].includes(moment)));
  });

  it('a continuous job begins anew when its run has ended, never before', async () => {
    const runs = await runsOf('continuous');
    assert.ok(runs.length >= 2, `${runs.length} runs`);
    assert.equal(runs.length + skippedBy('continuous'), 6);
    for (const [i, run] of runs.entries()) {
      const before = runs[i - 1];
      if (before) assert.ok(Date.parse(run.claimedAt) >= Date.parse(before.endedAt!));
    }
  });

  it('an interval that was over before it began never fires', async () => {
    const { id, nextAt } = jobs.get('over')!;
    assert.deepEqual(await platform.runsOf(id), []);
    assert.equal(nextAt, undefined);
  });

  it(`a job every ${EVERY_S} seconds runs exactly as often as it should in ${WINDOW_S} seconds`, async function () {
    // The window may be longer than what a fixture waits for.
    const endsIn = begin + WINDOW_S * 1000 - systemClock.now().getTime();
    if (endsIn > 0) await systemClock.sleep(endsIn);
    const runs = await runsOf('every');
    const wanted = Array.from({ length: WINDOW_S / EVERY_S }, (_, i) => at(begin + i * EVERY_S * 1000));
    const had = runs.map(({ occurrence }) => occurrence);
    const skipped = skippedBy('every');
    const late = runs.map(({ dueAt, claimedAt }) => Date.parse(claimedAt) - Date.parse(dueAt));
    this.test!.title += ` (${had.length} runs, ${skipped} skipped, claimed ${Math.max(...late)} ms late at most)`;
    // On a machine so busy that a run takes longer than the interval, one stands for several, and the log says so.
    assert.equal(had.length + skipped, wanted.length);
    assert.deepEqual(
      had,
      wanted.filter((key) => had.includes(key)),
    );
    assert.deepEqual(had, [...new Set(had)]);
  });

  /** Occurrences of a job for which a later one stood. */
  function skippedBy(name: string): number {
    const { id } = jobs.get(name)!;
    const told = platform.scheduler.log.filter(
      ({ msg, job }) => msg === 'one occurrence stands for several' && job === id,
    );
    return told.reduce((sum, { skipped }) => sum + Number(skipped), 0);
  }
});

function at(ms: number): string {
  return new Date(ms).toISOString();
}
