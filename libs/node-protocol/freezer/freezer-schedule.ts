import { parse, z } from '#kernel';
import type { ScheduleDocument } from '../resources/job-document.js';

type ScheduleKey = keyof ScheduleDocument;

/** Freezer's names for what our schedules say. It has none for a time zone. */
export const FREEZER_SCHEDULE_KEYS: Readonly<Record<string, ScheduleKey>> = {
  schedule_date: 'date',
  schedule_interval: 'interval',
  schedule_start_date: 'startDate',
  schedule_end_date: 'endDate',
  schedule_year: 'year',
  schedule_month: 'month',
  schedule_day: 'day',
  schedule_week: 'week',
  schedule_day_of_week: 'dayOfWeek',
  schedule_hour: 'hour',
  schedule_minute: 'minute',
  schedule_second: 'second',
};
const CALENDAR: readonly ScheduleKey[] = [
  ...(['year', 'month', 'day', 'week', 'dayOfWeek', 'hour', 'minute', 'second'] as const),
];

const text = z.string().nullish();
const state = z.union([z.string(), z.int()]).nullish();

/** Freezer's `job_schedule`: when a job runs, and, as it keeps them in one place, how far it has come. */
export const freezerSchedule = z.strictObject({
  ...{ schedule_date: text, schedule_interval: text, schedule_start_date: text, schedule_end_date: text },
  ...{ schedule_year: text, schedule_month: text, schedule_day: text, schedule_week: text },
  ...{ schedule_day_of_week: text, schedule_hour: text, schedule_minute: text, schedule_second: text },
  ...{ time_created: state, time_started: state, time_ended: state, current_pid: state },
  ...{ event: state, status: state, result: state },
});
export type FreezerSchedule = z.infer<typeof freezerSchedule>;

/**
 * When a `job_schedule` of Freezer says that the job runs; what it tells about the job's state is left out. Of several
 * triggers the one counts that Freezer takes: the date, then the interval, then the calendar fields. Rejects with
 * `input.invalid`.
 */
export function scheduleOfFreezer(schedule: unknown): ScheduleDocument {
  const given = parse(freezerSchedule, schedule ?? {}, 'job_schedule') as Readonly<Record<string, unknown>>;
  const ours: Partial<Record<ScheduleKey, string>> = {};
  for (const [theirs, key] of Object.entries(FREEZER_SCHEDULE_KEYS)) {
    const value = given[theirs];
    if (typeof value === 'string' && value !== '') ours[key] = value;
  }
  const beaten =
    ours.date !== undefined
      ? (['interval', ...CALENDAR] as const)
      : ours.interval !== undefined
        ? CALENDAR
        : [];
  for (const key of beaten) delete ours[key];
  return ours;
}

/** The `schedule_…` keys of Freezer for a schedule of ours. A time zone has no name there and is left out. */
export function freezerScheduleOf(schedule: ScheduleDocument): Readonly<Record<string, string>> {
  const pairs = Object.entries(FREEZER_SCHEDULE_KEYS).map(
    ([theirs, key]) => [theirs, schedule[key]] as const,
  );
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
}
