import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { nextOccurrence, type Schedule } from '#domain';
import { monotonicMs } from '#kernel';

/** The first `count` fires from `from` on, in UTC unless the schedule says otherwise, without their `:00.000Z`. */
function fires(schedule: Schedule, from: string, count: number): readonly string[] {
  const activation = { count: 1, at: new Date(from) };
  const found: string[] = [];
  let after = new Date(activation.at.getTime() - 1);
  while (found.length < count) {
    const next = nextOccurrence(schedule, activation, after);
    if (!next) break;
    assert.equal(next.key, next.dueAt.toISOString());
    found.push(next.key.replace(/(:00)?\.000Z$/, ''));
    after = next.dueAt;
  }
  return found;
}

interface Case {
  readonly why: string;
  readonly schedule: Schedule;
  readonly from?: string;
  readonly fires: readonly string[];
}

// APScheduler 3.11 gives the same moments for each of these.
const cases: readonly Case[] = [
  {
    why: 'an hour alone is that hour of every day, sharp',
    schedule: { hour: '2' },
    fires: ['2026-01-01T02:00', '2026-01-02T02:00'],
  },
  {
    why: 'a minute alone is that minute of every hour',
    schedule: { minute: '15' },
    fires: ['2026-01-01T00:15', '2026-01-01T01:15'],
  },
  {
    why: 'a second alone comes every minute',
    schedule: { second: '7' },
    fires: ['2026-01-01T00:00:07', '2026-01-01T00:01:07'],
  },
  {
    why: 'a month alone is its first midnight',
    schedule: { month: 'feb' },
    fires: ['2026-02-01T00:00', '2027-02-01T00:00'],
  },
  {
    why: 'a year alone is its first midnight, once',
    schedule: { year: '2030' },
    fires: ['2030-01-01T00:00'],
  },
  {
    why: 'a week alone is every midnight of it',
    schedule: { week: '2' },
    fires: ['2026-01-05T00:00', '2026-01-06T00:00'],
  },
  {
    why: 'a weekday is one of every week and month',
    schedule: { dayOfWeek: 'sun' },
    fires: ['2026-01-04T00:00', '2026-01-11T00:00'],
  },
  { why: '0 is Monday', schedule: { dayOfWeek: '0' }, fires: ['2026-01-05T00:00', '2026-01-12T00:00'] },
  {
    why: 'fields above the least are open: every hour of that day',
    schedule: { day: '3', minute: '0' },
    fires: ['2026-01-03T00:00', '2026-01-03T01:00'],
  },
  {
    why: 'a step counts from the lowest value',
    schedule: { day: '*/15' },
    fires: ['2026-01-01T00:00', '2026-01-16T00:00', '2026-01-31T00:00', '2026-02-01T00:00'],
  },
  {
    why: 'a step of a range counts from its beginning',
    schedule: { hour: '9-17/4' },
    fires: ['2026-01-01T09:00', '2026-01-01T13:00', '2026-01-01T17:00', '2026-01-02T09:00'],
  },
  {
    why: 'a step of a number goes to the end',
    schedule: { hour: '20/2' },
    fires: ['2026-01-01T20:00', '2026-01-01T22:00', '2026-01-02T20:00'],
  },
  {
    why: 'a list may overlap and be in any order',
    schedule: { minute: '30, 0, 30-31' },
    fires: ['2026-01-01T00:00', '2026-01-01T00:30', '2026-01-01T00:31', '2026-01-01T01:00'],
  },
  {
    why: 'names make ranges, in upper and lower case',
    schedule: { month: 'Jun-AUG', dayOfWeek: 'FRI-sun' },
    fires: ['2026-06-05T00:00', '2026-06-06T00:00', '2026-06-07T00:00', '2026-06-12T00:00'],
  },
  {
    why: 'day and weekday must both be right, unlike in crontab',
    schedule: { day: '13', dayOfWeek: 'fri' },
    fires: ['2026-02-13T00:00', '2026-03-13T00:00', '2026-11-13T00:00'],
  },
  {
    why: 'the last day knows the length of the month and leap years',
    schedule: { month: '2-3', day: 'last', hour: '1' },
    from: '2027-02-10T00:00:00Z',
    fires: ['2027-02-28T01:00', '2027-03-31T01:00', '2028-02-29T01:00', '2028-03-31T01:00'],
  },
  {
    why: 'the second Friday may be the 8th',
    schedule: { day: '2nd fri' },
    from: '2026-05-01T00:00:00Z',
    fires: ['2026-05-08T00:00', '2026-06-12T00:00'],
  },
  {
    why: 'a fifth Monday is not in every month',
    schedule: { day: '5th mon' },
    fires: ['2026-03-30T00:00', '2026-06-29T00:00'],
  },
  {
    why: 'the last Sunday is the fourth or the fifth',
    schedule: { day: 'last sun' },
    from: '2026-02-01T00:00:00Z',
    fires: ['2026-02-22T00:00', '2026-03-29T00:00'],
  },
  {
    why: 'places and numbers stand in one list',
    schedule: { day: '15,last,1st mon' },
    fires: ['2026-01-05T00:00', '2026-01-15T00:00', '2026-01-31T00:00', '2026-02-02T00:00'],
  },
  {
    why: 'week 53 is only in long years, and reaches into January',
    schedule: { week: '53', dayOfWeek: 'thu,fri' },
    fires: ['2026-12-31T00:00', '2027-01-01T00:00', '2032-12-30T00:00', '2032-12-31T00:00'],
  },
  {
    why: 'week 1 may begin in December',
    schedule: { week: '1', month: '12' },
    from: '2029-01-01T00:00:00Z',
    fires: ['2029-12-31T00:00', '2030-12-30T00:00'],
  },
  {
    why: 'the 29th of February skips 2100',
    schedule: { month: '2', day: '29' },
    from: '2095-01-01T00:00:00Z',
    fires: ['2096-02-29T00:00', '2104-02-29T00:00'],
  },
  {
    why: 'years end',
    schedule: { year: '2026-2027', month: '12', day: '31' },
    fires: ['2026-12-31T00:00', '2027-12-31T00:00'],
  },
];

describe('calendar fields', () => {
  for (const { why, schedule, from = '2026-01-01T00:00:00Z', fires: expected } of cases) {
    it(why, () => assert.deepEqual(fires(schedule, from, expected.length), expected));
  }

  it('may come to an end', () => {
    assert.equal(fires({ year: '2026', month: '12' }, '2026-01-01T00:00:00Z', 9).length, 1);
  });

  it('find a rare day at once, also one that is far away', () => {
    const rare = () => ({ month: '2', day: '29', dayOfWeek: 'mon', timezone: 'Europe/Paris' });
    const took = Array.from({ length: 10 }, () => {
      const began = monotonicMs();
      assert.deepEqual(fires(rare(), '2072-03-01T00:00:00Z', 1), ['2112-02-28T23:00']);
      return monotonicMs() - began;
    });
    // The first use of a zone loads its rules, and a busy machine may stop anybody for so long.
    assert.ok(Math.min(...took) < 20, took.join(' '));
  });
});
