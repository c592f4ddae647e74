import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { describeSchedule, scheduleProblems, type Schedule } from '#domain';

const table: readonly (readonly [Schedule, string])[] = [
  [{}, 'once, as soon as possible'],
  [{ startDate: '2026-11-21T02:00:00Z' }, 'once, as soon as possible, from 2026-11-21 02:00Z'],
  [{ date: '2026-11-21T02:00:00', timezone: 'Europe/Berlin' }, 'once, at 2026-11-21 02:00 (Europe/Berlin)'],
  [{ interval: 'continuous' }, 'continuously'],
  [{ interval: '1 hours' }, 'every hour'],
  [
    { interval: '5  minutes', endDate: '2026-11-21T02:00:30' },
    'every 5 minutes, until 2026-11-21 02:00:30 (UTC)',
  ],
  [{ hour: '2', minute: '30', timezone: 'Europe/Berlin' }, 'at 02:30 every day (Europe/Berlin)'],
  [{ day: 'last', hour: '1' }, 'at 01:00 on the last day of every month (UTC)'],
  [
    { month: 'jan', day: '2nd fri', second: '7', minute: '5', hour: '1' },
    'at 01:05:07 on the 2nd fri of month jan (UTC)',
  ],
  [{ day: '1,15' }, 'at 00:00 on days 1,15 of every month (UTC)'],
  [{ day: '13', dayOfWeek: 'fri' }, 'at 00:00 on day 13 of every month if it is fri (UTC)'],
  [{ month: '3', dayOfWeek: 'mon-fri' }, 'at 00:00 on mon-fri in month 3 (UTC)'],
  [{ week: '3', year: '2027' }, 'at 00:00 every day in week 3 in 2027 (UTC)'],
  [{ minute: '*/5' }, 'every 5 minutes (UTC)'],
  [{ minute: '*' }, 'every minute (UTC)'],
  [{ hour: '*/6', dayOfWeek: 'sun' }, 'every 6 hours on sun (UTC)'],
  [{ second: '*/2' }, 'every 2 seconds (UTC)'],
  [{ minute: '30' }, 'every hour at minute 30 (UTC)'],
  [{ minute: '*/7' }, 'every hour at minute */7 (UTC)'],
  [{ hour: '8-18', dayOfWeek: 'mon-fri' }, 'at hour 8-18, minute 0 on mon-fri (UTC)'],
];

describe('a schedule in words', () => {
  for (const [schedule, words] of table) {
    it(words, () => {
      assert.deepEqual(scheduleProblems(schedule), []);
      assert.equal(describeSchedule(schedule), words);
    });
  }
});
