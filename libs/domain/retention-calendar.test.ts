import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { KEPT_PERIODS, planRetention, type Backup, type KeptPeriod, type RetentionPolicy } from '#domain';
import { spanBefore } from './calendar-span.js';
import { periodOf } from './retention-period.js';
import { readTimeZone, type TimeZone } from './schedule/time-zone.js';
import { backup, NOW } from './testing/chains.js';

function zone(name: string): TimeZone {
  const found = readTimeZone(name, (message) => assert.fail(message));
  assert.ok(found);
  return found;
}

/** A full backup that started at this moment. */
function at(moment: string | Date): Backup {
  return backup((NOW.getTime() - new Date(moment).getTime()) / 86_400_000);
}

/** When those started that stay, the oldest first; of the newest of all it is not asked. */
function stay(moments: readonly string[], policy: RetentionPolicy): readonly string[] {
  const { keep } = planRetention(moments.map(at), policy, NOW);
  return keep.map((verdict) => verdict.backup.startedAt.toISOString().slice(0, 16)).reverse();
}

describe('the calendar of retention', () => {
  const table: readonly [KeptPeriod, string, string, string][] = [
    ['hourly', '2026-11-20T12:59:59.999Z', 'UTC', '2026-11-20 12:00 +00:00'],
    ['hourly', '2026-11-20T12:15:00Z', 'Asia/Kolkata', '2026-11-20 17:00 +05:30'],
    ['daily', '2026-11-20T23:30:00Z', 'UTC', '2026-11-20'],
    ['daily', '2026-11-20T23:30:00Z', 'Europe/Berlin', '2026-11-21'],
    ['daily', '2026-11-20T02:30:00Z', 'America/Los_Angeles', '2026-11-19'],
    ['weekly', '2026-11-22T23:59:59Z', 'UTC', '2026-W47'],
    ['weekly', '2026-11-23T00:00:00Z', 'UTC', '2026-W48'],
    ['weekly', '2026-12-31T12:00:00Z', 'UTC', '2026-W53'],
    ['weekly', '2027-01-03T12:00:00Z', 'UTC', '2026-W53'],
    ['weekly', '2027-01-04T12:00:00Z', 'UTC', '2027-W01'],
    ['weekly', '2024-12-30T12:00:00Z', 'UTC', '2025-W01'],
    ['monthly', '2026-11-30T23:30:00Z', 'Europe/Berlin', '2026-12'],
    ['yearly', '2026-12-31T23:30:00Z', 'Europe/Berlin', '2027'],
  ];
  for (const [period, moment, name, expected] of table) {
    it(`has ${moment} in ${expected} when it is ${period} in ${name}`, () => {
      assert.equal(periodOf(period, new Date(moment), zone(name)), expected);
    });
  }

  it('has two hours where the clocks of Berlin show one twice, and none where they leap over it', () => {
    const hours = (from: string, count: number) => {
      const first = new Date(from).getTime();
      const half = Array.from({ length: count * 2 }, (_, i) => new Date(first + i * 1_800_000));
      return new Set(half.map((moment) => periodOf('hourly', moment, zone('Europe/Berlin')))).size;
    };
    assert.equal(hours('2026-10-24T22:00:00Z', 25), 25);
    assert.equal(hours('2026-03-28T23:00:00Z', 23), 23);
  });
});

describe('keeping by the calendar', () => {
  it('takes the newest of each of the last days that have one, also days with 23 and 25 hours', () => {
    const berlin = { timeZone: 'Europe/Berlin' };
    const autumn = ['2026-10-24T21:59', '2026-10-24T22:00', '2026-10-25T22:59', '2026-10-25T23:00'];
    assert.deepEqual(stay(autumn, { ...berlin, keepPeriods: { daily: 3 } }), [
      '2026-10-24T21:59',
      '2026-10-25T22:59',
      '2026-10-25T23:00',
    ]);
    const spring = ['2026-03-28T22:59', '2026-03-28T23:00', '2026-03-29T21:59', '2026-03-29T22:00'];
    assert.deepEqual(stay(spring, { ...berlin, keepPeriods: { daily: 3 } }), [
      '2026-03-28T22:59',
      '2026-03-29T21:59',
      '2026-03-29T22:00',
    ]);
  });

  it('does not count days without a backup', () => {
    const days = ['2026-09-01T10:00', '2026-09-01T20:00', '2026-10-01T10:00', '2026-11-01T10:00'];
    assert.deepEqual(stay(days, { keepPeriods: { daily: 3 } }), [
      '2026-09-01T20:00',
      '2026-10-01T10:00',
      '2026-11-01T10:00',
    ]);
  });

  it('adds up what hours, days, weeks, months and years keep, and says which', () => {
    const moments = ['2024-12-31T10:00', '2025-12-31T10:00', '2026-11-15T10:00', '2026-11-20T10:00'];
    const policy = { keepPeriods: { hourly: 1, daily: 1, weekly: 2, monthly: 1, yearly: 2 } };
    const { keep, drop } = planRetention(moments.map(at), policy, NOW);
    assert.deepEqual(
      keep.map((verdict) => verdict.reasons),
      [
        [
          'newest good backup of "etc" on web1',
          'newest of the hour 2026-11-20 10:00 +00:00 (hourly 1 of 1)',
          'newest of 2026-11-20 (daily 1 of 1)',
          'newest of week 2026-W47 (weekly 1 of 2)',
          'newest of 2026-11 (monthly 1 of 1)',
          'newest of 2026 (yearly 1 of 2)',
        ],
        ['newest of week 2026-W46 (weekly 2 of 2)'],
        ['newest of 2025 (yearly 2 of 2)'],
      ],
    );
    assert.deepEqual(drop[0]?.reasons, [
      'kept by no rule (hourly 1, daily 1, weekly 2, monthly 1, yearly 2)',
    ]);
  });

  it('goes back whole months to the same day, or to the last of a shorter month', () => {
    const utc = zone('UTC');
    const back = (from: string, span: object) => spanBefore(new Date(from), span, utc).toISOString();
    assert.equal(back('2026-03-31T10:20:30.400Z', { months: 1 }), '2026-02-28T10:20:30.400Z');
    assert.equal(back('2024-02-29T10:00:00Z', { years: 1 }), '2023-02-28T10:00:00.000Z');
    assert.equal(back('2026-01-31T10:00:00Z', { months: 2, days: 1, hours: 11 }), '2025-11-28T23:00:00.000Z');
  });

  it('has days of the wall clock within a span, and hours as they are', () => {
    const berlin = zone('Europe/Berlin');
    const monday = new Date('2026-10-26T11:00:00Z');
    assert.equal(spanBefore(monday, { days: 2 }, berlin).toISOString(), '2026-10-24T10:00:00.000Z');
    assert.equal(spanBefore(monday, { hours: 48 }, berlin).toISOString(), '2026-10-24T11:00:00.000Z');
  });

  it('refuses a zone that is none', () => {
    assert.throws(
      () => planRetention([], { keepLast: 1, timeZone: 'Europe/Berln' }, NOW),
      (error) => isFailure(error, 'input.invalid') && error.message.includes('Europe/Berlin'),
    );
  });
});

describe('whatever the zone and the times, keeping by the calendar', () => {
  const zones = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Tokyo',
  );
  // Around the changes of the clocks of all of these.
  const moment = fc
    .tuple(
      fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-04', '2026-10-03', '2026-10-25', '2026-11-01'),
    )
    .chain(([day]) =>
      fc.integer({ min: -72, max: 72 }).map((half) => new Date(Date.parse(day) + half * 1_800_000)),
    );
  const moments = fc.uniqueArray(moment, { maxLength: 40, selector: (each) => each.getTime() });
  const count = fc.integer({ min: 1, max: 5 });

  const dayIn = (timeZone: string) => {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
    return ({ startedAt }: Backup) => format.format(startedAt);
  };

  it('keeps of each kept day its newest, and of the newest days as many as asked for', () => {
    fc.assert(
      fc.property(moments, zones, count, (starts, timeZone, daily) => {
        const backups = starts.map(at);
        const dayOf = dayIn(timeZone);
        const { keep } = planRetention(backups, { keepPeriods: { daily }, timeZone }, NOW);
        const days = keep.map((verdict) => dayOf(verdict.backup));
        assert.deepEqual(days, [...new Set(backups.map(dayOf))].sort().reverse().slice(0, daily));
        for (const { backup: each } of keep) {
          const sameDay = backups.filter((other) => dayOf(other) === dayOf(each));
          assert.ok(sameDay.every((other) => other.startedAt <= each.startedAt));
        }
      }),
    );
  });

  it('keeps no more of a period than asked for, and one whenever there is one', () => {
    fc.assert(
      fc.property(moments, zones, count, fc.constantFrom(...KEPT_PERIODS), (starts, timeZone, n, period) => {
        const { keep } = planRetention(starts.map(at), { keepPeriods: { [period]: n }, timeZone }, NOW);
        assert.ok(keep.length <= n);
        assert.equal(keep.length === 0, starts.length === 0);
      }),
    );
  });

  it('keeps every second of a day in one day of its zone', () => {
    fc.assert(
      fc.property(moment, fc.nat(3_599), zones, (start, seconds, timeZone) => {
        const each = new Date(start.getTime() + seconds * 1000);
        const day = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(each);
        assert.equal(periodOf('daily', each, zone(timeZone)), day);
      }),
    );
  });
});
