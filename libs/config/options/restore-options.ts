import { defaulted, flagged, optional, requiredFor } from '../agent-option.js';
import { choice, date, flag, lines, path, text } from '../values/option-values.js';

const OVERWRITES = ['never', 'if-newer', 'always'] as const;

/** Which restore point, where to, and what becomes of what is there. */
export const restoreOptions = {
  restoreAbsPath: requiredFor(['restore'], {
    name: 'restore-abs-path',
    schema: path,
    metavar: 'DIR',
    help: 'directory to restore into, from the root; nothing outside of it is written',
    actions: ['restore'],
  }),
  restoreFromDate: optional({
    name: 'restore-from-date',
    schema: date,
    metavar: 'DATE',
    help: 'newest restore point at or before this date; local time without a zone (default now)',
    actions: ['restore', 'ls', 'cat', 'verify'],
  }),
  backupId: requiredFor(['ls', 'cat', 'hold'], {
    name: 'backup-id',
    schema: text,
    metavar: 'ID',
    help: 'restore point by its id, the beginning of one, or latest (default latest; verify: all)',
    actions: ['restore', 'ls', 'cat', 'verify', 'hold'],
  }),
  include: defaulted((): readonly string[] => [], {
    name: 'include',
    schema: lines,
    metavar: 'PATTERN',
    repeatable: true,
    help: 'restore only what matches; can be given several times (default everything)',
    actions: ['restore'],
  }),
  overwrite: defaulted((): (typeof OVERWRITES)[number] => 'always', {
    name: 'overwrite',
    // Freezer knows only yes and no.
    schema: choice(OVERWRITES, { true: 'always', yes: 'always', false: 'never', no: 'never' }),
    metavar: OVERWRITES.join('|'),
    help: 'whether files that exist are replaced (default always)',
    actions: ['restore'],
  }),
  delete: flagged({
    name: 'delete',
    schema: flag,
    help: 'remove from the target what is not in the restore point (default leave it)',
    actions: ['restore'],
  }),
  keepGoing: flagged({
    name: 'keep-going',
    schema: flag,
    help: 'restore everything else when something is damaged (default stop)',
    actions: ['restore'],
  }),
} as const;
