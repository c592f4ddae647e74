import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { latestDue, nextOccurrence, type Schedule } from '#domain';

const MINUTE = 60_000;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** An expression, and what it means, said without reading it. */
interface Expression {
  readonly text: string;
  allows(value: number, date: Date): boolean;
}

function numbers(low: number, high: number): fc.Arbitrary<Expression> {
  const value = fc.integer({ min: low, max: high });
  const single = value.map((a) => ({ text: `${a}`, allows: (v: number) => v === a }));
  const stepped = fc
    .integer({ min: 1, max: high - low })
    .map((n) => ({ text: `*/${n}`, allows: (v: number) => (v - low) % n === 0 }));
  const range = fc.tuple(value, value).map((pair) => {
    const [a, b] = [Math.min(...pair), Math.max(...pair)];
    return { text: `${a}-${b}`, allows: (v: number) => v >= a && v <= b };
  });
  const steppedRange = fc
    .tuple(value, value, fc.nat(5))
    .filter(([a, b]) => a !== b)
    .map(([x, y, some]) => {
      const [a, b] = [Math.min(x, y), Math.max(x, y)];
      const n = Math.min(some + 1, b - a);
      return { text: `${a}-${b}/${n}`, allows: (v: number) => v >= a && v <= b && (v - a) % n === 0 };
    });
  const all = fc.constant({ text: '*', allows: () => true });
  return listOf(fc.oneof(all, single, stepped, range, steppedRange));
}

const placedDay: fc.Arbitrary<Expression> = fc.oneof(
  fc.constant({ text: 'last', allows: (_: number, date: Date) => plusDays(date, 1).getUTCDate() === 1 }),
  fc.tuple(fc.nat(4), fc.nat(6)).map(([place, weekday]) => ({
    text: `${['1st', '2nd', '3rd', '4th', '5th'][place]} ${WEEKDAYS[weekday]}`,
    allows: (_: number, date: Date) =>
      weekdayOf(date) === weekday &&
      plusDays(date, -7 * place).getUTCMonth() === date.getUTCMonth() &&
      plusDays(date, -7 * (place + 1)).getUTCMonth() !== date.getUTCMonth(),
  })),
  fc.nat(6).map((weekday) => ({
    text: `last ${WEEKDAYS[weekday]}`,
    allows: (_: number, date: Date) =>
      weekdayOf(date) === weekday && plusDays(date, 7).getUTCMonth() !== date.getUTCMonth(),
  })),
);

const weekday = fc.oneof(
  numbers(0, 6),
  fc.nat(6).map((day) => ({ text: WEEKDAYS[day] ?? '', allows: (v: number) => v === day })),
);

function listOf(term: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  return fc.array(term, { minLength: 1, maxLength: 3 }).map((terms) => ({
    text: terms.map(({ text }) => text).join(','),
    allows: (value, date) => terms.some((each) => each.allows(value, date)),
  }));
}

interface Fields {
  readonly month?: Expression | undefined;
  readonly day?: Expression | undefined;
  readonly week?: Expression | undefined;
  readonly dayOfWeek?: Expression | undefined;
  readonly hour: Expression;
  readonly minute: Expression;
}

function rarely(expression: fc.Arbitrary<Expression>): fc.Arbitrary<Expression | undefined> {
  return fc.option(expression, { nil: undefined, freq: 2 });
}

const someFields: fc.Arbitrary<Fields> = fc.record({
  month: rarely(numbers(1, 12)),
  day: rarely(fc.oneof(numbers(1, 31), listOf(placedDay))),
  week: rarely(numbers(1, 53)),
  dayOfWeek: rarely(weekday),
  hour: numbers(0, 23),
  minute: numbers(0, 59),
});

function scheduleOf(fields: Fields, timezone: string): Schedule {
  const given = Object.entries(fields).filter(([, expression]) => expression !== undefined);
  return {
    ...Object.fromEntries(given.map(([field, { text }]: [string, Expression]) => [field, text])),
    timezone,
  };
}

/** Whether the fields allow what a clock in UTC shows at `wall`. */
function allow(fields: Fields, wall: number): boolean {
  const date = new Date(wall);
  const given: readonly [Expression | undefined, number][] = [
    [fields.minute, date.getUTCMinutes()],
    [fields.hour, date.getUTCHours()],
    [fields.dayOfWeek, weekdayOf(date)],
    [fields.day, date.getUTCDate()],
    [fields.month, date.getUTCMonth() + 1],
    [fields.week, fields.week ? isoWeekOf(date) : 0],
  ];
  return given.every(([expression, value]) => expression === undefined || expression.allows(value, date));
}

/** By the fourth of January, which is always in week 1. */
function isoWeekOf(date: Date): number {
  const mondayOf = (year: number) => {
    const fourth = new Date(Date.UTC(year, 0, 4));
    return plusDays(fourth, -weekdayOf(fourth)).getTime();
  };
  const year = date.getUTCFullYear();
  const begin = [mondayOf(year + 1), mondayOf(year), mondayOf(year - 1)].find(
    (monday) => monday <= date.getTime(),
  );
  return Math.floor((date.getTime() - begin!) / (7 * 1440 * MINUTE)) + 1;
}

function weekdayOf(date: Date): number {
  return (date.getUTCDay() + 6) % 7;
}

function plusDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * 1440 * MINUTE);
}

/** A few days in which something happens, and the moment when the clock shows each minute of them first. */
class Window {
  readonly from: number;
  readonly to: number;
  private readonly minutes: readonly (readonly [wall: number, instant: number])[];

  constructor(
    readonly timezone: string,
    from: string,
    days: number,
  ) {
    this.from = Date.parse(from);
    this.to = this.from + days * 1440 * MINUTE;
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: timezone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    const first = new Map<number, number>();
    for (let instant = this.from - 1440 * MINUTE; instant <= this.to + 1440 * MINUTE; instant += MINUTE) {
      const wall = Date.parse(`${format.format(instant).replace(' ', 'T')}Z`);
      if (!first.has(wall)) first.set(wall, instant);
    }
    const walls = [...first.keys()].sort((a, b) => a - b);
    const minutes: [number, number][] = [];
    let later = this.to + 2880 * MINUTE;
    for (let wall = walls.at(-1)!; wall >= walls[0]!; wall -= MINUTE) {
      later = first.get(wall) ?? later;
      minutes.unshift([wall, later]);
    }
    this.minutes = minutes;
  }

  /** What should fire in (from, to], found by looking at each minute. */
  expected(fields: Fields): readonly number[] {
    const fires = this.minutes.filter(([wall]) => allow(fields, wall)).map(([, instant]) => instant);
    return [...new Set(fires)].filter((instant) => instant > this.from && instant <= this.to);
  }
}

const windows: readonly (readonly [string, string, number])[] = [
  ['UTC', '2026-12-27T00:00:00Z', 9],
  ['UTC', '2028-02-25T07:31:00Z', 6],
  ['Europe/Paris', '2026-03-28T12:00:00Z', 3],
  ['Europe/Paris', '2026-10-24T12:00:00Z', 3],
  ['America/New_York', '2026-10-31T12:00:00Z', 3],
  ['Australia/Lord_Howe', '2026-10-03T00:00:00Z', 2],
  ['Australia/Lord_Howe', '2026-04-04T00:00:00Z', 2],
];

describe('any calendar fields', () => {
  for (const [timezone, from, days] of windows) {
    it(`fire when a look at each minute says so: ${timezone}, ${days} days from ${from}`, () => {
      const window = new Window(timezone, from, days);
      const activation = { count: 1, at: new Date(window.from) };
      fc.assert(
        fc.property(someFields, (fields) => {
          const schedule = scheduleOf(fields, timezone);
          const expected = window.expected(fields);
          // A whole window of every minute would take long and show nothing new.
          for (const [index, instant] of expected.slice(0, 40).entries()) {
            const before = new Date(expected[index - 1] ?? window.from);
            assert.equal(nextOccurrence(schedule, activation, before)?.dueAt.getTime(), instant);
          }
          const next = nextOccurrence(schedule, activation, new Date(expected.at(-1) ?? window.from));
          assert.ok(next === undefined || next.dueAt.getTime() > window.to);

          const due = latestDue(schedule, activation, activation.at, new Date(window.to));
          assert.equal(due?.occurrence.dueAt.getTime(), expected.at(-1));
          if (due) assert.equal(due.skipped, Math.min(1000, expected.length - 1));
        }),
        { numRuns: 30 },
      );
    });
  }
});
