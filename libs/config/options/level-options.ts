import { flagged, optional } from '../agent-option.js';
import { days, flag, wholeNumber } from '../values/option-values.js';

/** When a backup is full and when it builds on an earlier one. */
export const levelOptions = {
  noIncremental: flagged({
    name: 'no-incremental',
    aliases: ['noincremental'],
    opposites: ['incremental'],
    schema: flag,
    help: 'make a full backup (default an increment when there is a base)',
    actions: ['backup'],
  }),
  maxLevel: optional({
    name: 'max-level',
    schema: wholeNumber(0),
    metavar: 'N',
    help: 'highest level; the next backup is full again (default no limit)',
    actions: ['backup'],
  }),
  alwaysLevel: optional({
    name: 'always-level',
    schema: wholeNumber(0),
    metavar: 'N',
    help: 'climb to this level and repeat it: a differential backup (default climb on)',
    actions: ['backup'],
  }),
  restartAlwaysLevel: optional({
    name: 'restart-always-level',
    schema: days,
    metavar: 'DAYS',
    help: 'make a full backup when the last one is so many days old (default never)',
    actions: ['backup'],
  }),
} as const;
