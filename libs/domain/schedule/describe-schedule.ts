import { calendarExpressions, type CalendarExpressions } from './calendar.js';
import type { Schedule } from './schedule.js';

/** A valid schedule in words: `every 5 minutes`, `at 02:30 every day (Europe/Berlin)`. */
export function describeSchedule(schedule: Schedule): string {
  const { date, interval, startDate, endDate, timezone = 'UTC' } = schedule;
  const expressions = calendarExpressions(schedule);
  const local = expressions !== undefined || [date, startDate, endDate].some((text) => text && isLocal(text));
  return [
    trigger(date, interval, expressions),
    startDate && `, from ${inWords(startDate)}`,
    endDate && `, until ${inWords(endDate)}`,
    local && ` (${timezone})`,
  ]
    .filter((part) => typeof part === 'string')
    .join('');
}

function trigger(date?: string, interval?: string, expressions?: CalendarExpressions): string {
  if (date !== undefined) return `once, at ${inWords(date)}`;
  if (interval === 'continuous') return 'continuously';
  if (interval !== undefined) return `every ${interval.replace(/^0*1 +(.*)s$/, '$1').replace(/ +/, ' ')}`;
  if (expressions === undefined) return 'once, as soon as possible';
  const { phrase, isDaily } = timePhrase(expressions);
  return [phrase, ...datePhrases(expressions, isDaily)].join(' ');
}

function isLocal(date: string): boolean {
  return !/(Z|[+-]\d\d:\d\d)$/.test(date);
}

function inWords(date: string): string {
  return date.replace('T', ' ').replace(/:00(?=Z|[+-]|$)/, '');
}

interface TimePhrase {
  readonly phrase: string;
  /** Whether it says a time of the day, and leaves open on which days. */
  readonly isDaily: boolean;
}

function timePhrase({ hour, minute, second }: CalendarExpressions): TimePhrase {
  if ([hour, minute, second].every(isNumber)) {
    const time = [hour, minute, second].map((text) => text.padStart(2, '0'));
    return { phrase: `at ${time.slice(0, isZero(second) ? 2 : 3).join(':')}`, isDaily: true };
  }
  const repeated =
    repetition('hour', hour, 24, [minute, second]) ??
    (hour === '*' ? repetition('minute', minute, 60, [second]) : undefined) ??
    (hour === '*' && minute === '*' ? repetition('second', second, 60, []) : undefined);
  if (repeated !== undefined) return { phrase: repeated, isDaily: false };
  const fields = Object.entries({ hour, minute, second: isZero(second) ? '*' : second });
  const given = fields.flatMap(([field, text]) => (text === '*' ? [] : `${field} ${text}`));
  return { phrase: `${hour === '*' ? 'every hour ' : ''}at ${given.join(', ')}`, isDaily: hour !== '*' };
}

/** `every 5 minutes`, if it is that: `below` at their lowest, and a step that divides `all`. */
function repetition(unit: string, text: string, all: number, below: readonly string[]): string | undefined {
  if (!below.every(isZero)) return undefined;
  if (text === '*') return `every ${unit}`;
  const step = Number(/^\*\/(\d+)$/.exec(text)?.[1]);
  if (step === 1) return `every ${unit}`;
  return all % step === 0 ? `every ${step} ${unit}s` : undefined;
}

function datePhrases({ year, month, day, week, dayOfWeek }: CalendarExpressions, isDaily: boolean): string[] {
  const months = month === '*' ? 'every month' : `month ${month}`;
  const phrases = [
    day !== '*' && `on ${dayInWords(day)} of ${months}`,
    dayOfWeek !== '*' && (day === '*' ? `on ${dayOfWeek}` : `if it is ${dayOfWeek}`),
    day === '*' && month !== '*' && `in ${months}`,
    week !== '*' && `in week ${week}`,
    year !== '*' && `in ${year}`,
  ].filter((phrase) => phrase !== false);
  return isDaily && day === '*' && dayOfWeek === '*' ? ['every day', ...phrases] : phrases;
}

function dayInWords(day: string): string {
  if (day === 'last') return 'the last day';
  if (isNumber(day)) return `day ${Number(day)}`;
  return /^\w+ +\w+$/.test(day) ? `the ${day}` : `days ${day}`;
}

function isZero(text: string): boolean {
  return isNumber(text) && Number(text) === 0;
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}
