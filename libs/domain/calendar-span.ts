import type { TimeZone } from './schedule/time-zone.js';

/** A length of time as calendars have it; a month is as long as it is. */
export interface CalendarSpan {
  readonly years?: number;
  readonly months?: number;
  readonly days?: number;
  /** Of 3,600 seconds each, whatever clocks in summer do. */
  readonly hours?: number;
}

const HOUR = 3_600_000;

/**
 * The moment so long before `now`: years and months back to the same day of the month (or its last one), then days back
 * to the same time on the wall, then hours.
 */
export function spanBefore(now: Date, span: CalendarSpan, zone: TimeZone): Date {
  const { years = 0, months = 0, days = 0, hours = 0 } = span;
  const seconds = Math.floor(now.getTime() / 1000) * 1000;
  const rest = now.getTime() - seconds;
  if (years === 0 && months === 0 && days === 0) return new Date(now.getTime() - hours * HOUR);
  const wall = new Date(zone.wallAt(seconds));
  const month = wall.getUTCMonth() - years * 12 - months;
  const last = new Date(Date.UTC(wall.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(wall.getUTCDate(), last) - days;
  const time = wall.getTime() % 86_400_000;
  const back = Date.UTC(wall.getUTCFullYear(), month, day) + time;
  return new Date(zone.instantOf(back) + rest - hours * HOUR);
}

/** `1 year 6 months`, `30 days`. */
export function inWords(span: CalendarSpan): string {
  const words = (['years', 'months', 'days', 'hours'] as const).flatMap((unit) => {
    const count = span[unit] ?? 0;
    return count === 0 ? [] : [`${count} ${count === 1 ? unit.slice(0, -1) : unit}`];
  });
  return words.join(' ');
}
