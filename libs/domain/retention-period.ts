import type { KeptPeriod } from './retention-policy.js';
import type { TimeZone } from './schedule/time-zone.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * The hour, day, week, month or year on the calendar of a zone in which a moment lies, in words: the same for the same.
 * Weeks are those of ISO 8601. An hour that clocks show twice is two, told apart by how far they are from UTC.
 */
export function periodOf(period: KeptPeriod, moment: Date, zone: TimeZone): string {
  const instant = Math.floor(moment.getTime() / 1000) * 1000;
  const shown = zone.shownAt(instant);
  const text = new Date(shown).toISOString();
  switch (period) {
    case 'hourly':
      return `${text.slice(0, 10)} ${text.slice(11, 13)}:00 ${offset(shown - instant)}`;
    case 'daily':
      return text.slice(0, 10);
    case 'weekly':
      return weekOf(shown);
    case 'monthly':
      return text.slice(0, 7);
    case 'yearly':
      return text.slice(0, 4);
  }
}

/** `2026-W47`: a week begins on Monday, and belongs to the year in which its Thursday lies. */
function weekOf(shown: number): string {
  const weekday = (new Date(shown).getUTCDay() + 6) % 7;
  const thursday = new Date(shown + (3 - weekday) * DAY);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY));
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** `+01:00`, `-09:30` */
function offset(ms: number): string {
  const minutes = Math.abs(Math.round(ms / MINUTE));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return `${ms < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}
