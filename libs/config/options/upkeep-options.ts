import { flagged, optional, requiredFor } from '../agent-option.js';
import { command, date, days, flag, path, wholeNumber } from '../values/option-values.js';

/** Verifying, removing, and running a command. */
export const upkeepOptions = {
  readData: flagged({
    name: 'read-data',
    schema: flag,
    help: 'read and check all stored data (default only that it is there)',
    actions: ['verify'],
  }),
  command: requiredFor(['exec'], {
    name: 'command',
    schema: command,
    metavar: 'COMMAND',
    help: 'program and arguments to run, without a shell',
    actions: ['exec'],
  }),
  newPassFile: optional({
    name: 'new-pass-file',
    schema: path,
    metavar: 'FILE',
    help: 'file whose first line is the passphrase to add; FIRN_NEW_PASSPHRASE does the same (default none)',
    actions: ['key'],
  }),
  recoveryKeyFile: optional({
    name: 'recovery-key-file',
    schema: path,
    metavar: 'FILE',
    help: 'file whose first line is the recovery key; FIRN_RECOVERY_KEY does the same (default none)',
    actions: ['restore', 'cat', 'ls', 'verify', 'key'],
  }),
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
    help: 'keep the newest N backups of each name, whatever else is asked for (default 1)',
    actions: ['prune'],
  }),
} as const;
