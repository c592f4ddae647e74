import { defaulted, flagged, optional } from '../agent-option.js';
import { timezone } from '../processes/process-values.js';
import { date, days, flag, text, wholeNumber } from '../values/option-values.js';
import { labels, span } from '../values/upkeep-values.js';

/** What `prune` removes, what it keeps, and what is held. */
export const retentionOptions = {
  removeOlderThan: optional({
    name: 'remove-older-than',
    short: 'R',
    schema: days,
    metavar: 'DAYS',
    help: 'remove backups older than so many days (default none)',
    actions: ['prune'],
  }),
  removeFromDate: optional({
    name: 'remove-from-date',
    schema: date,
    metavar: 'DATE',
    help: 'remove backups from before this date; local time without a zone (default none)',
    actions: ['prune'],
  }),
  keepLast: optional({
    name: 'keep-last',
    schema: wholeNumber(1),
    metavar: 'N',
    help: 'keep the newest N backups of each name; without a remove rule, remove what no keep rule keeps (default 1)',
    actions: ['prune'],
  }),
  keepHourly: keepPeriods('hourly', 'hours'),
  keepDaily: keepPeriods('daily', 'days'),
  keepWeekly: keepPeriods('weekly', 'weeks, which begin on Monday,'),
  keepMonthly: keepPeriods('monthly', 'months'),
  keepYearly: keepPeriods('yearly', 'years'),
  keepWithin: optional({
    name: 'keep-within',
    schema: span,
    metavar: 'TIME',
    help: 'keep what is at most so old: hours, days, weeks, months, years as in 12h, 30d, 1y6m (default none)',
    actions: ['prune'],
  }),
  keepLabel: defaulted((): readonly string[] => [], {
    name: 'keep-label',
    schema: labels,
    metavar: 'LABEL',
    repeatable: true,
    help: 'keep what bears this label, whatever its age; can be given several times (default none)',
    actions: ['prune'],
  }),
  onlyLabel: defaulted((): readonly string[] => [], {
    name: 'only-label',
    schema: labels,
    metavar: 'LABEL',
    repeatable: true,
    help: 'leave alone what bears no such label, and do not count it; can be given several times (default all)',
    actions: ['prune'],
  }),
  timeZone: defaulted(() => Intl.DateTimeFormat().resolvedOptions().timeZone, {
    name: 'time-zone',
    schema: timezone,
    metavar: 'ZONE',
    help: "zone whose calendar says what a day is, as Europe/Paris (default this machine's)",
    actions: ['prune'],
  }),
  until: optional({
    name: 'until',
    schema: date,
    metavar: 'DATE',
    help: 'end of the hold; local time without a zone (default until it is released)',
    actions: ['hold'],
  }),
  reason: optional({
    name: 'reason',
    schema: text,
    metavar: 'TEXT',
    help: 'why the backup is held, for people (default none)',
    actions: ['hold'],
  }),
  release: flagged({
    name: 'release',
    schema: flag,
    help: 'end the hold now (default begin one)',
    actions: ['hold'],
  }),
} as const;

function keepPeriods(name: string, periods: string) {
  return optional({
    name: `keep-${name}`,
    schema: wholeNumber(1),
    metavar: 'N',
    help: `keep the newest backup of each of the last N ${periods} that have one (default none)`,
    actions: ['prune'],
  });
}
