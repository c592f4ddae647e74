import { withNearest } from '#kernel';
import type { Complain } from './schedule.js';

const UNITS: Readonly<Record<string, number>> = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
};

const LONGEST = 36_525 * 86_400_000;

/** The ms between two fires: elapsed time, so that a day is 24 hours also when clocks change. */
export function readInterval(text: string, complain: Complain): number | undefined {
  if (text === 'continuous') return 1000;
  const match = /^(\d+) +(\w+)$/.exec(text);
  if (!match) {
    complain(
      `"${text}" is no interval; it takes "continuous", or a number and ${Object.keys(UNITS).join(', ')}`,
    );
    return undefined;
  }
  const [, count = '', unit = ''] = match;
  const ms = Number(count) * (Object.hasOwn(UNITS, unit) ? (UNITS[unit] ?? NaN) : NaN);
  if (Number.isNaN(ms)) {
    complain(
      `unknown unit ${withNearest(unit, Object.keys(UNITS))}; known: ${Object.keys(UNITS).join(', ')}`,
    );
  } else if (ms === 0) complain(`"${text}" must be at least 1 second`);
  else if (ms > LONGEST) complain(`"${text}" is longer than 100 years`);
  else return ms;
  return undefined;
}
