import { Failure, type Problem } from '#kernel';
import { calendarExpressions, readCalendar, type Calendar } from './calendar.js';
import { CALENDAR_FIELDS } from './calendar-field.js';
import { readInterval } from './interval.js';
import { readMoment } from './moment.js';
import type { Schedule } from './schedule.js';
import { readTimeZone, UTC, type TimeZone } from './time-zone.js';

/** What says when a job fires. Moments and durations in ms. */
export type Trigger =
  | { readonly kind: 'once' }
  | { readonly kind: 'date'; readonly at: number }
  | { readonly kind: 'interval'; readonly everyMs: number }
  | { readonly kind: 'calendar'; readonly calendar: Calendar; readonly zone: TimeZone };

/** A schedule that has been read. Nothing fires before `start` or after `end`. */
export interface Timing {
  readonly trigger: Trigger;
  readonly start?: number;
  readonly end?: number;
}

const known = new WeakMap<Schedule, Timing>();

/** Reads a schedule once for each object. Rejects what cannot be read with `input.invalid`. */
export function timingOf(schedule: Schedule): Timing {
  const kept = known.get(schedule);
  if (kept) return kept;
  const problems: Problem[] = [];
  const timing = readTiming(schedule, problems);
  if (!timing) {
    const list = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new Failure('input.invalid', `schedule is not valid: ${list}`, { problems });
  }
  known.set(schedule, timing);
  return timing;
}

/** What a schedule says, or `undefined` after adding everything that is wrong with its text to `problems`. */
export function readTiming(schedule: Schedule, problems: Problem[]): Timing | undefined {
  const before = problems.length;
  const at = (path: string) => (message: string) => void problems.push({ path, message });
  const zone = readTimeZone(schedule.timezone ?? 'UTC', at('timezone'));
  const moment = (path: 'date' | 'startDate' | 'endDate') => {
    const text = schedule[path];
    // Where the zone is wrong, any other shows as well whether the date is.
    return text === undefined ? undefined : readMoment(text, zone ?? UTC, at(path));
  };
  const [date, start, end] = [moment('date'), moment('startDate'), moment('endDate')];
  const everyMs =
    schedule.interval === undefined ? undefined : readInterval(schedule.interval, at('interval'));
  const expressions = calendarExpressions(schedule);
  const calendar = expressions && readCalendar(expressions, (field, message) => at(field)(message));
  refuseSecondTrigger(schedule, at);
  if (problems.length > before || !zone) return undefined;

  const bounds = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
  if (date !== undefined) return { trigger: { kind: 'date', at: date }, ...bounds };
  if (everyMs !== undefined) return { trigger: { kind: 'interval', everyMs }, ...bounds };
  if (calendar) return { trigger: { kind: 'calendar', calendar, zone }, ...bounds };
  return { trigger: { kind: 'once' }, ...bounds };
}

function refuseSecondTrigger(schedule: Schedule, at: (path: string) => (message: string) => void): void {
  const given = [
    schedule.date !== undefined && 'date',
    schedule.interval !== undefined && 'interval',
    CALENDAR_FIELDS.find((field) => schedule[field] !== undefined),
  ].filter((path) => typeof path === 'string');
  const [first, ...others] = given;
  for (const path of others) at(path)(`excludes ${first}: give a date, an interval or calendar fields`);
}
