import type { CalendarField, FieldValues } from './calendar-field.js';

const DAY = 86_400_000;

/** The days of a year that the four fields allow, as its wall readings at midnight, ascending. */
export function allowedDays(
  fields: Readonly<Record<Extract<CalendarField, 'month' | 'day' | 'week' | 'dayOfWeek'>, FieldValues>>,
): (year: number) => readonly number[] {
  const months = fields.month.numbers;
  const days = new Set(fields.day.numbers);
  const weeks = new Set(fields.week.numbers);
  const weekdays = new Set(fields.dayOfWeek.numbers);

  const allows = (date: number, day: number, length: number): boolean => {
    const weekday = weekdayOf(date);
    if (!weekdays.has(weekday)) return false;
    const placed = fields.day.placed.some(
      (each) =>
        (each.weekday ?? weekday) === weekday &&
        (each.place === 'last'
          ? day + (each.weekday === undefined ? 1 : 7) > length
          : each.place === Math.ceil(day / 7)),
    );
    return (placed || days.has(day)) && (weeks.size === 53 || weeks.has(isoWeekOf(date, weekday)));
  };

  const daysOfYear = (year: number): readonly number[] =>
    months.flatMap((month) => {
      const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
      const dates = Array.from({ length }, (_, index) => Date.UTC(year, month - 1, index + 1));
      return dates.filter((date, index) => allows(date, index + 1, length));
    });

  // Years have the same days and weeks when they begin on the same weekday and are as long, as are the years before.
  const kept = new Map<string, readonly number[]>();
  return (year) => {
    const begin = Date.UTC(year, 0);
    const kind = `${weekdayOf(begin)} ${isLeap(year)} ${isLeap(year - 1)}`;
    const places = kept.get(kind) ?? daysOfYear(year).map((date) => date - begin);
    kept.set(kind, places);
    return places.map((place) => begin + place);
  };
}

/** 0 is Monday. */
function weekdayOf(date: number): number {
  return (new Date(date).getUTCDay() + 6) % 7;
}

/** A week belongs to the year of its Thursday. */
function isoWeekOf(date: number, weekday: number): number {
  const thursday = date + (3 - weekday) * DAY;
  return Math.floor((thursday - Date.UTC(new Date(thursday).getUTCFullYear(), 0)) / (7 * DAY)) + 1;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}
