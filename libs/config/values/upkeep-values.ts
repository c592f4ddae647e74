import type { Schema } from '#kernel';
import { reading } from './option-values.js';
import { quoted, refusal } from './refusal.js';
import { parseSize } from './sizes.js';

/** How much of what is stored a verification reads, and how that was written. */
export type Share = { readonly text: string } & (
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'part'; readonly part: number; readonly of: number }
);

/** `5%`, `2/7` or `10GiB`. */
export const share: Schema<Share> = reading((value) => {
  const text = String(value).replaceAll(/\s/g, '');
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (percent !== undefined) {
    const number = Number(percent);
    if (number > 0 && number <= 100) return { text, kind: 'percent', percent: number };
    throw refusal(`${quoted(value)} is not above 0% and at most 100%`);
  }
  const [, part, of] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  if (part !== undefined) {
    const parts = { part: Number(part), of: Number(of) };
    if (parts.part >= 1 && parts.part <= parts.of) return { text, kind: 'part', ...parts };
    throw refusal(`${quoted(value)} names no part; the first of seven is 1/7, the last 7/7`);
  }
  // A number alone would be taken for a percentage by one half of those who write it.
  if (!/[a-z]$/i.test(text)) throw refusal(`${quoted(value)} is not a share such as 5%, 2/7 or 10GiB`);
  const bytes = parseSize(text);
  if (bytes > 0) return { text, kind: 'bytes', bytes };
  throw refusal(`${quoted(value)} is nothing`);
});

/** A length of time on the calendar; above 0. */
export interface Span {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

/** `30d`, `12h`, `2w`, or several: `1y6m`. */
export const span: Schema<Span> = reading((value) => {
  const text = String(value).replaceAll(/\s/g, '').toLowerCase();
  const found = /^(?:(\d{1,4})y)?(?:(\d{1,5})m)?(?:(\d{1,5})w)?(?:(\d{1,6})d)?(?:(\d{1,7})h)?$/.exec(text);
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0] = (found ?? [])
    .slice(1)
    .map((part) => Number(part ?? 0));
  if (found && years + months + weeks + days + hours > 0) {
    return { years, months, days: days + weeks * 7, hours };
  }
  throw refusal(`${quoted(value)} is not a time such as 30d, 12h or 1y6m`);
});

const MAX_LABEL = 100;

/** Labels; given as a list or as text with one a line. */
export const labels: Schema<readonly string[]> = reading((value) => {
  const given = (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((each) => {
    if (typeof each !== 'string' && typeof each !== 'number') throw refusal(`${quoted(each)} is not text`);
    return String(each).split('\n');
  });
  const trimmed = given.map((label) => label.trim()).filter((label) => label !== '');
  if (trimmed.length === 0 && !Array.isArray(value)) throw refusal('is empty');
  for (const label of trimmed) {
    // eslint-disable-next-line no-control-regex -- control characters are what this is about
    if (/[\u0000-\u001f\u007f]/.test(label)) throw refusal(`${quoted(label)} has a control character`);
    if (label.length > MAX_LABEL) throw refusal(`${quoted(label)} has more than ${MAX_LABEL} characters`);
  }
  if (trimmed.length > MAX_LABEL) throw refusal(`are more than ${MAX_LABEL} labels`);
  return [...new Set(trimmed)];
});
