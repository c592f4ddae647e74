import { quoted, refusal } from './refusal.js';

const DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * The moment of `2026-11-20`, `2026-11-20T09:30`, `2026-11-20 09:30:15.250`, with `Z` or an offset such as `+01:00` or
 * without. Without a zone it is local time, a date alone is its local midnight. Otherwise `input.invalid`.
 */
export function parseDate(text: string): Date {
  const found = DATE.exec(text.trim());
  if (!found) throw refusal(`${quoted(text)} is not a date such as 2026-11-20 or 2026-11-20T09:30:00Z`);
  const part = (index: number) => Number(found[index] ?? 0);
  const [year, month, day] = [part(1), part(2), part(3)];
  const [hour, minute, second] = [part(4), part(5), part(6)];
  const ms = Number((found[7] ?? '').padEnd(3, '0').slice(0, 3));
  const exists =
    year >= 1970 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysIn(year, month) &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!exists) throw refusal(`there is no date ${quoted(text)}`);
  if (found[8] === undefined) return new Date(year, month - 1, day, hour, minute, second, ms);
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms) - offsetMs(found[8], text));
}

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 3 min`, `4 d 5 h`. */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const [large, small, unit, subunit] = [
    [Math.floor(seconds / 60), seconds % 60, 'min', 's'] as const,
    [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), 'h', 'min'] as const,
    [Math.floor(seconds / 86_400), Math.floor((seconds % 86_400) / 3600), 'd', 'h'] as const,
  ][seconds < 3600 ? 0 : seconds < 86_400 ? 1 : 2] ?? [0, 0, 's', ''];
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${subunit}`;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function offsetMs(zone: string, text: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 14 || minutes > 59)
    throw refusal(`there is no time zone ${quoted(zone)} as in ${quoted(text)}`);
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
