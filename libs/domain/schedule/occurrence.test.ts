import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { latestDue, MISFIRE_GRACE_MS, nextOccurrence, type Schedule } from '#domain';
import { isFailure, monotonicMs } from '#kernel';

const AT = '2026-06-01T10:00:00.000Z';
const activation = { count: 3, at: new Date(AT) };
const LONG_AGO = new Date(0);

function next(schedule: Schedule, after: Date | string = LONG_AGO) {
  const found = nextOccurrence(schedule, activation, new Date(after));
  return found && ([found.key, found.dueAt.toISOString()] as const);
}

/** The first moments that are due, asked one after the other. */
function dues(schedule: Schedule, count: number): readonly string[] {
  const found: string[] = [];
  let after = LONG_AGO;
  for (
    let each;
    found.length < count && (each = nextOccurrence(schedule, activation, after));
    after = each.dueAt
  ) {
    found.push(each.dueAt.toISOString());
  }
  return found;
}

describe('a job without a trigger', () => {
  it('is due once for each activation, under its count', () => {
    assert.deepEqual(next({}), ['once:3', AT]);
    assert.equal(next({}, AT), undefined);
  });

  it('waits for its start date, and never runs when its end date has passed', () => {
    assert.deepEqual(next({ startDate: '2026-06-02T00:00:00' }), ['once:3', '2026-06-02T00:00:00.000Z']);
    assert.equal(next({ endDate: '2026-06-01T09:00:00' }), undefined);
  });
});

describe('a date', () => {
  it('is due at that moment, in its own zone or that of the schedule', () => {
    const key = '2026-11-21T01:00:00.000Z';
    assert.deepEqual(next({ date: '2026-11-21T02:00:00', timezone: 'Europe/Berlin' }), [key, key]);
    assert.deepEqual(next({ date: '2026-11-21T02:00:00+01:00', timezone: 'Asia/Tokyo' }), [key, key]);
    assert.deepEqual(next({ date: '2026-11-21T01:00:00Z', timezone: 'Asia/Tokyo' }), [key, key]);
    assert.equal(next({ date: '2026-11-21T01:00:00Z' }, key), undefined);
  });

  it('may have a fraction, of which ms count', () => {
    assert.equal(next({ date: '2026-11-21T02:00:00.5' })?.[0], '2026-11-21T02:00:00.500Z');
    assert.equal(next({ date: '2026-11-21T02:00:00.5799999Z' })?.[0], '2026-11-21T02:00:00.579Z');
  });

  it('that has just passed is due when the job is activated, under its own key', () => {
    const date = new Date(activation.at.getTime() - MISFIRE_GRACE_MS).toISOString();
    assert.deepEqual(next({ date }), [date, AT]);
  });

  it('that has passed for more than the grace never fires', () => {
    const date = new Date(activation.at.getTime() - MISFIRE_GRACE_MS - 1).toISOString();
    assert.equal(next({ date }), undefined);
  });
});

describe('an interval', () => {
  const table: readonly { why: string; schedule: Schedule; dues: readonly string[] }[] = [
    {
      why: 'fires first when it has gone by once',
      schedule: { interval: '90 minutes' },
      dues: ['2026-06-01T11:30:00.000Z', '2026-06-01T13:00:00.000Z'],
    },
    {
      why: 'fires at a start date that is to come',
      schedule: { interval: '2 weeks', startDate: '2026-06-03T00:00:00' },
      dues: ['2026-06-03T00:00:00.000Z', '2026-06-17T00:00:00.000Z'],
    },
    {
      why: 'fires at a start date that is the activation',
      schedule: { interval: '1 days', startDate: '2026-06-01T10:00:00' },
      dues: [AT, '2026-06-02T10:00:00.000Z'],
    },
    {
      why: 'keeps to the multiples of a start date that has passed',
      schedule: { interval: '12  hours', startDate: '2026-01-01T03:00:00' },
      dues: ['2026-06-01T15:00:00.000Z', '2026-06-02T03:00:00.000Z'],
    },
    {
      why: 'lets a multiple pass that is the activation itself',
      schedule: { interval: '1 days', startDate: '2026-05-01T10:00:00' },
      dues: ['2026-06-02T10:00:00.000Z'],
    },
    {
      why: 'ends with its end date, that moment included',
      schedule: { interval: '60 seconds', endDate: '2026-06-01T10:02:00' },
      dues: ['2026-06-01T10:01:00.000Z', '2026-06-01T10:02:00.000Z'],
    },
    {
      why: 'that is continuous fires every second',
      schedule: { interval: 'continuous' },
      dues: ['2026-06-01T10:00:01.000Z', '2026-06-01T10:00:02.000Z'],
    },
  ];
  for (const { why, schedule, dues: expected } of table) {
    it(why, () => {
      const count = schedule.endDate === undefined ? expected.length : 99;
      assert.deepEqual(dues(schedule, count), expected);
    });
  }
});

describe('calendar fields with dates', () => {
  it('fire from the start date to the end date, both included', () => {
    const schedule = { hour: '0', startDate: '2026-06-05T00:00:00', endDate: '2026-06-07T00:00:00' };
    assert.deepEqual(dues(schedule, 9), [
      '2026-06-05T00:00:00.000Z',
      '2026-06-06T00:00:00.000Z',
      '2026-06-07T00:00:00.000Z',
    ]);
  });

  it('do not fire before the job is activated', () => {
    assert.deepEqual(dues({ minute: '*/30' }, 1), [AT]);
    assert.equal(
      latestDue({ minute: '*/30' }, activation, LONG_AGO, new Date(activation.at.getTime() - 1)),
      undefined,
    );
  });
});

describe('the latest occurrence that is due', () => {
  it('stands for all that were missed, and says how many', () => {
    const due = latestDue({ hour: '2' }, activation, activation.at, new Date('2026-06-11T12:00:00Z'));
    assert.equal(due?.occurrence.key, '2026-06-11T02:00:00.000Z');
    assert.equal(due?.skipped, 9);
  });

  it('does not come again when it has been seen', () => {
    const at = new Date('2026-06-02T02:00:00Z');
    assert.equal(latestDue({ hour: '2' }, activation, at, new Date('2026-06-03T01:59:59Z')), undefined);
    assert.equal(latestDue({ hour: '2' }, activation, new Date(at.getTime() - 1), at)?.skipped, 0);
  });

  it('is found at once after years, with a bounded count', () => {
    const now = new Date('2066-06-01T12:34:56.789Z');
    for (const schedule of [{ interval: 'continuous' }, { second: '*', timezone: 'Europe/Paris' }]) {
      const began = monotonicMs();
      const due = latestDue(schedule, activation, activation.at, now);
      assert.deepEqual(due?.occurrence.dueAt, new Date('2066-06-01T12:34:56Z'));
      assert.equal(due?.skipped, 1000);
      // Tens of ms; the room above is for a busy machine.
      assert.ok(monotonicMs() - began < 500);
    }
  });

  const someSchedule: fc.Arbitrary<Schedule> = fc.oneof(
    fc.constant({}),
    fc.constant({ date: '2026-06-01T12:00:00Z' }),
    fc
      .record({
        count: fc.integer({ min: 1, max: 500 }),
        unit: fc.constantFrom('seconds', 'minutes', 'hours'),
        startDate: fc.constantFrom(undefined, '2026-05-01T00:00:07', '2026-06-01T10:40:00'),
        endDate: fc.constantFrom(undefined, '2026-06-02T11:00:00'),
      })
      .map(({ count, unit, startDate, endDate }) => ({
        interval: `${count} ${unit}`,
        ...(startDate !== undefined && { startDate }),
        ...(endDate !== undefined && { endDate }),
      })),
    fc.record({ minute: fc.constantFrom('*/7', '*', '13,59'), second: fc.constantFrom('0', '*/29', '5-8') }),
    fc.record({
      hour: fc.constantFrom('*/5', '11', '9-17'),
      timezone: fc.constantFrom('Asia/Kolkata', 'Europe/Paris'),
    }),
  );
  const someMoment = fc
    .integer({ min: -7200, max: 90_000 })
    .map((s) => new Date(activation.at.getTime() + s * 1000 + 1));

  it('is what one finds by asking for the next one again and again, each later than the one before', () => {
    fc.assert(
      fc.property(someSchedule, someMoment, fc.integer({ min: 0, max: 5000 }), (schedule, since, seconds) => {
        const now = new Date(since.getTime() + seconds * 1000);
        const keys: string[] = [];
        let after = since;
        for (
          let each;
          (each = nextOccurrence(schedule, activation, after)) && each.dueAt <= now;
          after = each.dueAt
        ) {
          assert.ok(each.dueAt > after);
          keys.push(each.key);
        }
        assert.equal(new Set(keys).size, keys.length);
        const due = latestDue(schedule, activation, since, now);
        assert.equal(due?.occurrence.key, keys.at(-1));
        assert.equal(due?.skipped, keys.length === 0 ? undefined : Math.min(1000, keys.length - 1));
      }),
    );
  });
});

describe('a schedule that cannot be read', () => {
  it('is refused with all of its problems', () => {
    assert.throws(
      () => next({ hour: '25', interval: 'often' }),
      (failure) =>
        isFailure(failure) && failure.code === 'input.invalid' && /interval:.*hour:/.test(failure.message),
    );
  });
});
