import { nearest } from '#kernel';
import type { Complain } from './schedule.js';

/** From the most to the least significant. */
export const CALENDAR_FIELDS = [
  'year',
  'month',
  'day',
  'week',
  'dayOfWeek',
  'hour',
  'minute',
  'second',
] as const;
export type CalendarField = (typeof CALENDAR_FIELDS)[number];

/** Days of a month that are named by their place in it, whatever their number. */
export interface PlacedDay {
  /** 1 to 5, or the last one. */
  readonly place: number | 'last';
  /** 0 is Monday; `undefined` is any day. */
  readonly weekday?: number;
}

/** A list of all minutes is far shorter; reading a list of a million ranges would hold up everybody else. */
const LONGEST = 500;

/** What an expression allows: numbers in order, and on top of them, for `day` only, days by their place. */
export interface FieldValues {
  readonly numbers: readonly number[];
  readonly placed: readonly PlacedDay[];
}

interface Rule {
  readonly min: number;
  readonly max: number;
  /** Long names; an expression takes their first three letters. The first one stands for `min`. */
  readonly names?: readonly string[];
  readonly takes: string;
}

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const MONTHS = [
  ...['january', 'february', 'march', 'april', 'may', 'june'],
  ...['july', 'august', 'september', 'october', 'november', 'december'],
];
const PLACES = ['1st', '2nd', '3rd', '4th', '5th'];
const PLACED_DAY = new RegExp(`^(${PLACES.join('|')}|last) +([a-z]+)$`);

const RULES: Readonly<Record<CalendarField, Rule>> = {
  year: { min: 1970, max: 9999, takes: 'years from 1970 to 9999' },
  month: { min: 1, max: 12, names: MONTHS, takes: '1 to 12 or jan to dec' },
  day: {
    min: 1,
    max: 31,
    takes: '1 to 31, "last", or a place and a weekday such as "2nd fri" or "last sun"',
  },
  week: { min: 1, max: 53, takes: 'ISO weeks from 1 to 53' },
  dayOfWeek: { min: 0, max: 6, names: WEEKDAYS, takes: '0 (Monday) to 6 (Sunday) or mon to sun' },
  hour: { min: 0, max: 23, takes: '0 to 23' },
  minute: { min: 0, max: 59, takes: '0 to 59' },
  second: { min: 0, max: 59, takes: '0 to 59' },
};

const WHOLE = Object.fromEntries(
  Object.entries(RULES).map(([field, { min, max }]) => {
    const numbers = Array.from({ length: max - min + 1 }, (_, index) => min + index);
    return [field, { numbers, placed: [] }];
  }),
) as unknown as Readonly<Record<CalendarField, FieldValues>>;

/** The values of `expression`; its grammar is in `calendar.ts`. Complains once for each wrong term of a list. */
export function readCalendarField(
  field: CalendarField,
  expression: string,
  complain: Complain,
): FieldValues | undefined {
  const rule = RULES[field];
  // Most fields of most schedules, and there are many years.
  if (expression === '*') return WHOLE[field];
  const numbers = new Set<number>();
  const placed: PlacedDay[] = [];
  let sound = true;
  if (expression.length > LONGEST) {
    complain(`is longer than ${LONGEST} characters`);
    return undefined;
  }
  for (const term of expression.split(',').map((each) => each.trim().toLowerCase())) {
    const read = (field === 'day' ? placedDay(term) : undefined) ?? numbersOf(term, rule);
    if (typeof read === 'string') {
      sound = false;
      complain(`${read}; it takes ${rule.takes}, as *, */n, a, a-b, a-b/n or a list of these`);
    } else if ('place' in read) placed.push(read);
    else for (let value = read.first; value <= read.last; value += read.step) numbers.add(value);
  }
  return sound ? { numbers: [...numbers].sort((a, b) => a - b), placed } : undefined;
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** A range, or what is wrong with `term`. */
function numbersOf(term: string, { min, max, names = [] }: Rule): Range | string {
  const match = /^(?:\*|([a-z]+|\d+)(?:-([a-z]+|\d+))?)(?:\/(\d+))?$/.exec(term);
  if (!match) return term === '' ? 'an expression is empty' : `"${term}" is no expression`;
  const [, from, to, every] = match;
  const first = from === undefined ? min : numberOf(from, min, names);
  if (typeof first === 'string') return first;
  // A step makes an open range of a single number.
  const open = from === undefined || every !== undefined;
  const last = to !== undefined ? numberOf(to, min, names) : open ? max : first;
  if (typeof last === 'string') return last;
  const step = every === undefined ? 1 : Number(every);
  for (const bound of [first, last]) if (bound < min || bound > max) return `${bound} is out of range`;
  if (first > last) return `"${term}" ends before it begins`;
  if (step === 0) return `the step of "${term}" is 0`;
  // It would allow only the first value, which is not what was meant.
  if (every !== undefined && step > last - first) return `the step of "${term}" is larger than its range`;
  return { first, last, step };
}

function numberOf(text: string, min: number, names: readonly string[]): number | string {
  if (/^\d/.test(text)) return Number(text);
  const index = text.length === 3 ? names.findIndex((name) => name.startsWith(text)) : -1;
  if (index >= 0) return min + index;
  const guess = nearest(text, [...names.map(shortName), ...names]);
  return `unknown name "${text}"${guess === undefined ? '' : ` (did you mean "${shortName(guess)}"?)`}`;
}

/** A day by its place, what is wrong with it, or `undefined` when `term` is something else. */
function placedDay(term: string): PlacedDay | string | undefined {
  if (term === 'last') return { place: 'last' };
  const match = PLACED_DAY.exec(term);
  if (!match) return undefined;
  const [, place = '', name = ''] = match;
  const weekday = numberOf(name, 0, WEEKDAYS);
  if (typeof weekday === 'string') return weekday;
  return { place: place === 'last' ? place : PLACES.indexOf(place) + 1, weekday };
}

function shortName(name: string): string {
  return name.slice(0, 3);
}
