import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { scheduleProblems, type Schedule } from '#domain';

const VALID: readonly Schedule[] = [
  {},
  { date: '2028-02-29T23:59:59.123+05:30' },
  { interval: 'continuous', startDate: '2026-01-01T00:00:00', endDate: '2026-01-01T00:00:00' },
  { interval: '5   weeks', timezone: 'Europe/Berlin' },
  { hour: '*/2', startDate: '2026-01-01T00:00:00Z' },
  { month: '2', day: '29' },
  {
    year: '2026',
    month: 'jan-MAR',
    day: '1,last,5th sun',
    week: '1-53/2',
    dayOfWeek: 'mon,6',
    second: '0/10',
  },
];

const WRONG: readonly {
  why: string;
  schedule: Schedule;
  problems: readonly (readonly [string, RegExp])[];
}[] = [
  {
    why: 'a month has the days it has',
    schedule: { date: '2026-02-29T00:00:00' },
    problems: [['date', /01 to 28/]],
  },
  {
    why: 'month 13 and hour 24 are named together',
    schedule: { date: '2026-13-01T24:00:00' },
    problems: [['date', /month is not 01 to 12, its hour is not 00 to 23/]],
  },
  {
    why: 'seconds are compulsory',
    schedule: { date: '2026-01-01T00:00' },
    problems: [['date', /such as "2026/]],
  },
  {
    why: 'an interval has a known unit, in the plural',
    schedule: { interval: '5 minuts' },
    problems: [['interval', /did you mean "minutes"\?.*weeks, days, hours/]],
  },
  {
    why: 'an interval is a number and a unit',
    schedule: { interval: 'hourly' },
    problems: [['interval', /continuous/]],
  },
  {
    why: 'an interval lasts',
    schedule: { interval: '0 hours' },
    problems: [['interval', /at least 1 second/]],
  },
  {
    why: 'an interval comes back',
    schedule: { interval: '5300 weeks' },
    problems: [['interval', /100 years/]],
  },
  {
    why: 'a unit is none of an object',
    schedule: { interval: '5 constructor' },
    problems: [['interval', /unknown/]],
  },
  {
    why: 'a zone has an IANA name',
    schedule: { timezone: 'Europe/Berln' },
    problems: [['timezone', /"Europe\/Berln" is no time zone.*"Europe\/Berlin"/]],
  },
  { why: 'an offset is no zone', schedule: { timezone: '+02:00' }, problems: [['timezone', /IANA/]] },
  { why: 'an empty zone is none', schedule: { timezone: '' }, problems: [['timezone', /IANA/]] },
  {
    why: 'a number is in its range',
    schedule: { hour: '24' },
    problems: [['hour', /24 is out of range.*0 to 23/]],
  },
  {
    why: 'Sunday is 6',
    schedule: { dayOfWeek: '7' },
    problems: [['dayOfWeek', /0 \(Monday\) to 6 \(Sunday\)/]],
  },
  {
    why: 'weekdays have three letters',
    schedule: { dayOfWeek: 'monday' },
    problems: [['dayOfWeek', /did you mean "mon"/]],
  },
  {
    why: 'a misspelt month is found',
    schedule: { month: 'ockt' },
    problems: [['month', /did you mean "oct"/]],
  },
  {
    why: 'so is a misspelt weekday',
    schedule: { day: '2nd fridy' },
    problems: [['day', /did you mean "fri"/]],
  },
  { why: 'there is no sixth Friday', schedule: { day: '6th fri' }, problems: [['day', /2nd fri/]] },
  {
    why: 'only a day can be the last',
    schedule: { month: 'last' },
    problems: [['month', /unknown name "last"/]],
  },
  {
    why: 'ranges ascend',
    schedule: { dayOfWeek: 'sat-tue' },
    problems: [['dayOfWeek', /ends before it begins/]],
  },
  { why: 'a step is no 0', schedule: { minute: '*/0' }, problems: [['minute', /step of "\*\/0" is 0/]] },
  { why: 'a step fits', schedule: { minute: '*/90' }, problems: [['minute', /larger than its range/]] },
  {
    why: 'an expression is short',
    schedule: { year: '*/2,'.repeat(200) },
    problems: [['year', /longer than 500/]],
  },
  { why: 'an expression says something', schedule: { minute: ' ' }, problems: [['minute', /empty/]] },
  {
    why: 'each wrong term is named',
    schedule: { minute: '5,61,a,-3' },
    problems: [
      ['minute', /61/],
      ['minute', /"a"/],
      ['minute', /"-3"/],
    ],
  },
  {
    why: 'one trigger is enough',
    schedule: { date: '2026-01-01T00:00:00', interval: '5 hours', hour: '1', minute: '2' },
    problems: [
      ['interval', /excludes date/],
      ['hour', /excludes date/],
    ],
  },
  {
    why: 'the end comes after the start',
    schedule: { startDate: '2026-01-01T12:00:00Z', endDate: '2026-01-01T12:59:59+01:00' },
    problems: [['endDate', /before startDate/]],
  },
  {
    why: 'a date lies between start and end',
    schedule: { date: '2026-01-02T00:00:00', endDate: '2026-01-01T00:00:00' },
    problems: [['date', /after endDate/]],
  },
  {
    why: 'February has no 31st',
    schedule: { month: 'feb', day: '31' },
    problems: [['day', /month "feb" and day "31"/]],
  },
  {
    why: 'a year may be too short for what is asked',
    schedule: { year: '2027', week: '53', month: '12' },
    problems: [['week', /never fires: .*year "2027" and month "12" and week "53"/]],
  },
  {
    why: 'a calendar fires between start and end',
    schedule: { hour: '2', startDate: '2026-01-01T03:00:00', endDate: '2026-01-02T01:00:00' },
    problems: [['endDate', /never fires/]],
  },
  {
    why: 'everything is said at once',
    schedule: { timezone: 'Mars', date: 'soon', startDate: 'x', endDate: 'y', interval: '5', hour: 'z' },
    problems: [
      ['timezone', /Mars/],
      ['date', /soon/],
      ['startDate', /"x"/],
      ['endDate', /"y"/],
      ['interval', /"5"/],
      ['hour', /"z"/],
      ['interval', /excludes/],
      ['hour', /excludes/],
    ],
  },
];

describe('the problems of a schedule', () => {
  for (const schedule of VALID) {
    it(`are none: ${JSON.stringify(schedule)}`, () => assert.deepEqual(scheduleProblems(schedule), []));
  }
  for (const { why, schedule, problems } of WRONG) {
    it(why, () => {
      const found = scheduleProblems(schedule);
      assert.deepEqual(
        found.map(({ path }) => path),
        problems.map(([path]) => path),
      );
      for (const [index, [, pattern]] of problems.entries()) assert.match(found[index]!.message, pattern);
    });
  }
});
