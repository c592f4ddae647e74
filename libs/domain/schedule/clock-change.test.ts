import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { latestDue, nextOccurrence, type Schedule } from '#domain';

/** The keys of all fires in (`from`, `to`]. */
function firesBetween(schedule: Schedule, from: string, to: string): readonly string[] {
  const activation = { count: 1, at: new Date(from) };
  const found: string[] = [];
  let next = nextOccurrence(schedule, activation, activation.at);
  while (next && next.dueAt <= new Date(to)) {
    found.push(next.key.replace(/(:00)?\.000Z$/, 'Z'));
    next = nextOccurrence(schedule, activation, next.dueAt);
  }
  return found;
}

interface Case {
  readonly why: string;
  readonly schedule: Schedule;
  readonly between: readonly [string, string];
  readonly fires: readonly string[];
}

const paris = { timezone: 'Europe/Paris' };
const newYork = { timezone: 'America/New_York' };
const lordHowe = { timezone: 'Australia/Lord_Howe' };

const cases: readonly Case[] = [
  {
    why: 'in Paris, a time that is leapt over fires when the gap ends',
    schedule: { hour: '2', minute: '30', ...paris },
    between: ['2026-03-27T12:00:00Z', '2026-03-30T12:00:00Z'],
    fires: ['2026-03-28T01:30Z', '2026-03-29T01:00Z', '2026-03-30T00:30Z'],
  },
  {
    why: 'in Paris, many times that are leapt over fire once, together with the time of the end of the gap',
    schedule: { minute: '*/20', ...paris },
    between: ['2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z'],
    fires: ['2026-03-29T00:40Z', '2026-03-29T01:00Z', '2026-03-29T01:20Z'],
  },
  {
    why: 'in Paris, a time that comes twice fires the first time',
    schedule: { hour: '2', minute: '30', ...paris },
    between: ['2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z'],
    fires: ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
  },
  {
    why: 'in Paris, what comes every half hour rests for the hour that comes twice',
    schedule: { minute: '*/30', ...paris },
    between: ['2026-10-25T00:00:00Z', '2026-10-25T02:30:00Z'],
    fires: ['2026-10-25T00:30Z', '2026-10-25T02:00Z', '2026-10-25T02:30Z'],
  },
  {
    why: 'in Paris, a job that is activated in the repeated hour waits for new times',
    schedule: { minute: '*/30', ...paris },
    between: ['2026-10-25T01:10:00Z', '2026-10-25T02:00:00Z'],
    fires: ['2026-10-25T02:00Z'],
  },
  {
    why: 'in New York, a time that is leapt over fires when the gap ends',
    schedule: { hour: '2', minute: '15', ...newYork },
    between: ['2026-03-07T12:00:00Z', '2026-03-09T12:00:00Z'],
    fires: ['2026-03-08T07:00Z', '2026-03-09T06:15Z'],
  },
  {
    why: 'in New York, a time that comes twice fires the first time',
    schedule: { hour: '1', minute: '59', second: '59', ...newYork },
    between: ['2026-10-31T12:00:00Z', '2026-11-02T12:00:00Z'],
    fires: ['2026-11-01T05:59:59Z', '2026-11-02T06:59:59Z'],
  },
  {
    why: 'on Lord Howe, the gap has 30 minutes',
    schedule: { hour: '2', minute: '10,40', ...lordHowe },
    between: ['2026-10-03T12:00:00Z', '2026-10-03T18:00:00Z'],
    fires: ['2026-10-03T15:30Z', '2026-10-03T15:40Z'],
  },
  {
    why: 'on Lord Howe, 30 minutes come twice',
    schedule: { hour: '1', minute: '20,40', ...lordHowe },
    between: ['2026-04-04T12:00:00Z', '2026-04-04T18:00:00Z'],
    fires: ['2026-04-04T14:20Z', '2026-04-04T14:40Z'],
  },
  {
    why: 'on Samoa, a day that was leapt over fires when it would have ended',
    schedule: { hour: '12', timezone: 'Pacific/Apia' },
    between: ['2011-12-29T12:00:00Z', '2011-12-31T12:00:00Z'],
    fires: ['2011-12-29T22:00Z', '2011-12-30T10:00Z', '2011-12-30T22:00Z'],
  },
  {
    why: 'an offset may have seconds',
    schedule: { hour: '0', timezone: 'Africa/Monrovia' },
    between: ['1971-06-01T12:00:00Z', '1971-06-02T12:00:00Z'],
    fires: ['1971-06-02T00:44:30Z'],
  },
  {
    why: 'an interval counts elapsed time, whatever the clock on the wall does',
    schedule: { interval: '1 days', startDate: '2026-03-28T02:30:00', ...paris },
    between: ['2026-03-27T12:00:00Z', '2026-03-30T12:00:00Z'],
    fires: ['2026-03-28T01:30Z', '2026-03-29T01:30Z', '2026-03-30T01:30Z'],
  },
  {
    why: 'a date that is leapt over is the end of the gap',
    schedule: { date: '2026-03-29T02:30:00', ...paris },
    between: ['2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z'],
    fires: ['2026-03-29T01:00Z'],
  },
];

describe('when clocks change', () => {
  for (const { why, schedule, between, fires } of cases) {
    it(why, () => assert.deepEqual(firesBetween(schedule, ...between), fires));

    it(`${why}: the latest one and their number agree`, () => {
      const [from, to] = between.map((text) => new Date(text)) as [Date, Date];
      const due = latestDue(schedule, { count: 1, at: from }, from, to);
      assert.deepEqual(due?.occurrence.key.replace(/(:00)?\.000Z$/, 'Z'), fires.at(-1));
      assert.equal(due?.skipped, fires.length - 1);
    });
  }
});
