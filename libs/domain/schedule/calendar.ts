// The calendar fields of a schedule mean what they mean to Freezer, which is what APScheduler's cron trigger means by
// them. A job fires at every second that all of the fields allow: `day` and `dayOfWeek` too, unlike in crontab.
//
//   expression      where                allows
//   *               everywhere           everything
//   */n             everywhere           every nth, counted from the lowest: days 1, 3, 5 …
//   a               everywhere           a
//   a-b, a-b/n      everywhere           a to b; every nth of them, counted from a
//   a/n             everywhere           every nth, from a to the highest
//   jan … dec       month, as a and b    1 … 12
//   mon … sun       dayOfWeek, as a, b   0 … 6: 0 is Monday, unlike in crontab
//   last            day                  the last day of the month
//   2nd fri         day                  the second Friday of the month; also 1st, 3rd, 4th, 5th, last
//   x,y,…           everywhere           what any of them allows
//
// `year` is 1970 to 9999; `week` is the ISO week of the date, 1 to 53. Names are read in upper and lower case.
//
// Fields that are not set: those above the least significant one that is set allow everything; those below allow their
// lowest value, but `week` and `dayOfWeek` always allow everything. The order is year, month, day, week, dayOfWeek, hour,
// minute, second. So `hour: 2` is 02:00:00 on every day, and `day: 1` is midnight on every first.
//
// Clocks that change: a time that the wall clock leaps over fires at the end of the gap, once, however many it leapt
// over. A time that it shows twice fires the first time only; so what runs every 5 minutes rests for that hour. Here
// APScheduler differs: it fires later than the end of the gap, and at both of two equal times.

import { allowedDays } from './calendar-days.js';
import { CALENDAR_FIELDS, readCalendarField, type CalendarField } from './calendar-field.js';
import { combinationFrom, onward, outermost, type Direction } from './onward.js';
import type { Schedule } from './schedule.js';

/** The wall readings that all fields allow; see `TimeZone` for what a reading is. */
export interface Calendar {
  /** The first one that is not below `wall`. */
  from(wall: number): number | undefined;
  /** The last one that is not above `wall`. */
  upTo(wall: number): number | undefined;
}

export type CalendarExpressions = Readonly<Record<CalendarField, string>>;

const LOWEST: Partial<CalendarExpressions> = { month: '1', day: '1', hour: '0', minute: '0', second: '0' };

/** Every field as it counts, those that are not set filled in; `undefined` when none is set. */
export function calendarExpressions(schedule: Schedule): CalendarExpressions | undefined {
  const least = CALENDAR_FIELDS.findLastIndex((field) => schedule[field] !== undefined);
  if (least < 0) return undefined;
  const filled = CALENDAR_FIELDS.map((field, index) => {
    const unset = index > least ? (LOWEST[field] ?? '*') : '*';
    return [field, schedule[field] ?? unset];
  });
  return Object.fromEntries(filled) as CalendarExpressions;
}

/** `undefined` when an expression is wrong, after `complain` has heard of each that is. */
export function readCalendar(
  expressions: CalendarExpressions,
  complain: (field: CalendarField, message: string) => void,
): Calendar | undefined {
  const read = (field: CalendarField) =>
    readCalendarField(field, expressions[field], (message) => complain(field, message));
  const year = read('year');
  const [month, day, week, dayOfWeek] = [read('month'), read('day'), read('week'), read('dayOfWeek')];
  const [hour, minute, second] = [read('hour'), read('minute'), read('second')];
  if (!year || !month || !day || !week || !dayOfWeek || !hour || !minute || !second) return undefined;

  const daysOf = allowedDays({ month, day, week, dayOfWeek });
  const times = [hour.numbers, minute.numbers, second.numbers];
  const search = (wall: number, direction: Direction): number | undefined => {
    const at = new Date(wall);
    const today = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
    const now = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()];
    for (const y of onward(year.numbers, at.getUTCFullYear(), direction)) {
      for (const date of onward(daysOf(y), today, direction)) {
        const time = date === today ? combinationFrom(times, now, direction) : outermost(times, direction);
        if (!time) continue;
        const [h = 0, m = 0, s = 0] = time;
        return date + (h * 3600 + m * 60 + s) * 1000;
      }
    }
    return undefined;
  };
  return { from: (wall) => search(wall, 1), upTo: (wall) => search(wall, -1) };
}
