import type { Activation } from '../jobs/job.js';
import type { Due, Occurrence, Schedule } from './schedule.js';
import { seriesOf, type Series } from './series.js';
import { timingOf } from './trigger.js';

const COUNTED = 1000;

/**
 * The first occurrence strictly after `after`; `undefined` when there is none any more.
 *
 * - No trigger: once, with the key `once:<count>`, due when the job is activated, but not before `startDate`. It is
 *   due at `activation.at`, so ask from before that moment.
 * - `date`: once, at that moment. When it passed at most {@link MISFIRE_GRACE_MS} before the activation it is due at
 *   once, under its own key; when it passed earlier it never fires.
 * - `interval`: elapsed time, not wall time. With `startDate` the fires are that moment and its multiples, as far as
 *   they lie after the activation; without, the first one is one interval after the activation.
 * - Calendar fields: see `calendar.ts`, also for what happens when clocks change.
 *
 * Nothing fires before `startDate` or the activation, nor after `endDate`. All keys but `once:…` are the moment as
 * `toISOString` writes it. Rejects a schedule that `scheduleProblems` cannot read with `input.invalid`.
 */
export function nextOccurrence(
  schedule: Schedule,
  activation: Activation,
  after: Date,
): Occurrence | undefined {
  const series = seriesOf(timingOf(schedule), activation);
  const dueAt = series.after(after.getTime());
  return dueAt === undefined ? undefined : occurrence(series, dueAt);
}

/**
 * The newest occurrence that is after `since` and not after `now`. Earlier ones in that time are not made up for; they
 * are counted. Takes a few dozen ms at most, however long that time is.
 */
export function latestDue(
  schedule: Schedule,
  activation: Activation,
  since: Date,
  now: Date,
): Due | undefined {
  const series = seriesOf(timingOf(schedule), activation);
  const after = since.getTime();
  const newest = series.upTo(now.getTime());
  if (newest === undefined || newest <= after) return undefined;
  let skipped = 0;
  let earlier = series.upTo(newest - 1);
  while (earlier !== undefined && earlier > after && skipped < COUNTED) {
    skipped += 1;
    earlier = series.upTo(earlier - 1);
  }
  return { occurrence: occurrence(series, newest), skipped };
}

function occurrence(series: Series, dueAt: number): Occurrence {
  return { key: series.key(dueAt), dueAt: new Date(dueAt) };
}
