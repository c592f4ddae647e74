import { nearest } from '#kernel';
import type { Complain } from './schedule.js';

/**
 * Between instants and what the clock on the wall shows. A wall reading is a number of ms, too: that of the instant at
 * which a clock in UTC shows the same. Both are whole seconds.
 */
export interface TimeZone {
  readonly name: string;
  /** When the wall clock shows `wall`: the first time if it does so twice, the end of the gap if it leaps over it. */
  instantOf(wall: number): number;
  /** The highest reading up to `instant`. After clocks were set back it stands still until they have caught up. */
  wallAt(instant: number): number;
  /** What the clock really shows, so after clocks were set back the same reading a second time. */
  shownAt(instant: number): number;
}

const SECOND = 1000;
const HOUR = 3_600_000;

// Offsets lie between −12 and +14 hours, so the moment of a reading lies in between.
const BEFORE = 15 * HOUR;
const AFTER = 13 * HOUR;

export const UTC: TimeZone = {
  name: 'UTC',
  instantOf: (wall) => wall,
  wallAt: (instant) => instant,
  shownAt: (instant) => instant,
};

const known = new Map<string, TimeZone>();
const KEPT = 64;

/** The zone of an IANA name. */
export function readTimeZone(name: string, complain: Complain): TimeZone | undefined {
  if (name === 'UTC') return UTC;
  const kept = known.get(name);
  if (kept) return kept;
  const format = formatOf(name);
  if (!format) {
    // No name is longer, and comparing takes longer the longer they are.
    const shown = name.slice(0, 64);
    const guess = nearest(shown, ['UTC', ...Intl.supportedValuesOf('timeZone')]) ?? 'Europe/Berlin';
    complain(`"${shown}" is no time zone; it takes an IANA name such as "${guess}"`);
    return undefined;
  }
  const zone = timeZone(name, format);
  if (known.size >= KEPT) known.clear();
  known.set(name, zone);
  return zone;
}

function formatOf(name: string): Intl.DateTimeFormat | undefined {
  // Intl takes offsets as well. They are no names, and not every reader of a schedule knows them.
  if (!/^[a-z]/i.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
}

function timeZone(name: string, format: Intl.DateTimeFormat): TimeZone {
  const offsetAt = (instant: number): number => {
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(instant)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) - instant;
  };

  /** The first second in (`low`, `high`] whose offset is not that of `low`. */
  const changeIn = (low: number, high: number): number => {
    const before = offsetAt(low);
    let [same, other] = [low, high];
    while (other - same > SECOND) {
      const middle = same + Math.floor((other - same) / (2 * SECOND)) * SECOND;
      if (offsetAt(middle) === before) same = middle;
      else other = middle;
    }
    return other;
  };

  const instantOf = (wall: number): number => {
    const [before, after] = [offsetAt(wall - BEFORE), offsetAt(wall + AFTER)];
    if (before === after) return wall - before;
    for (const offset of [before, after]) if (offsetAt(wall - offset) === offset) return wall - offset;
    return changeIn(wall - BEFORE, wall + AFTER);
  };

  const wallAt = (instant: number): number => {
    const wall = instant + offsetAt(instant);
    const first = instantOf(wall);
    if (first === instant) return wall;
    return changeIn(first, instant) + offsetAt(first) - SECOND;
  };

  return { name, instantOf, wallAt, shownAt: (instant) => instant + offsetAt(instant) };
}
