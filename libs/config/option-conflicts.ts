import type { AgentAction } from './agent-option.js';
import type { AgentOptionKey, AgentOptionValues } from './agent-options.js';
import { STRENGTH, type OptionSource } from './setting.js';
import type { ReadSettings } from './read-settings.js';

/** Two options that cannot both be obeyed. */
export interface OptionConflict {
  /** The one that a message is about, and the other. */
  readonly between: readonly [AgentOptionKey, AgentOptionKey];
  readonly actions?: readonly AgentAction[];
  readonly when: (options: AgentOptionValues) => boolean;
  readonly message: string;
}

const LEVELS = ['maxLevel', 'alwaysLevel', 'restartAlwaysLevel'] as const;

const conflicts: readonly OptionConflict[] = [
  {
    between: ['quiet', 'verbose'],
    when: (options) => options.quiet === true && options.verbose === true,
    message: 'excludes verbose',
  },
  ...LEVELS.map((level): OptionConflict => ({
    between: [level, 'noIncremental'],
    actions: ['backup'],
    when: (options) => options[level] !== undefined && options.noIncremental === true,
    message: 'makes no sense with no-incremental',
  })),
  {
    between: ['alwaysLevel', 'maxLevel'],
    actions: ['backup'],
    when: (options) => options.alwaysLevel !== undefined && options.maxLevel !== undefined,
    message: 'excludes max-level',
  },
  {
    between: ['compressionLevel', 'compression'],
    actions: ['backup'],
    when: (options) => options.compressionLevel !== undefined && options.compression === 'none',
    message: 'makes no sense without compression',
  },
  {
    between: ['readDataSubset', 'readData'],
    actions: ['verify'],
    when: (options) => options.readDataSubset !== undefined && options.readData === true,
    message: 'excludes read-data, which reads everything',
  },
  {
    between: ['subsetSeed', 'readDataSubset'],
    actions: ['verify'],
    when: ({ subsetSeed, readDataSubset }) =>
      subsetSeed !== undefined && (readDataSubset === undefined || readDataSubset.kind === 'part'),
    message: 'makes no sense without a read-data-subset that is drawn, such as 5% or 10GiB',
  },
  ...(['until', 'reason'] as const).map((key): OptionConflict => ({
    between: [key, 'release'],
    actions: ['hold'],
    when: (options) => options[key] !== undefined && options.release === true,
    message: 'makes no sense with release',
  })),
  {
    between: ['restoreFromDate', 'backupId'],
    actions: ['restore', 'ls', 'cat', 'verify'],
    when: (options) =>
      options.restoreFromDate !== undefined && ![undefined, 'latest'].includes(options.backupId),
    message: 'excludes backup-id, which already says which one',
  },
];

export function conflictsIn(action: AgentAction, options: AgentOptionValues): readonly OptionConflict[] {
  return conflicts.filter(({ actions, when }) => (actions?.includes(action) ?? true) && when(options));
}

/**
 * Leaves out what a stronger place has overruled: with `--no-incremental` on the command line the `max-level` of the
 * config file does not count. What stands in the same place stays, and is a problem.
 */
export function withoutOverruled(action: AgentAction, read: ReadSettings): ReadSettings {
  const overruled = conflictsIn(action, read.values).flatMap(({ between: [one, other] }) => {
    const difference = strength(read.from.get(one)?.source) - strength(read.from.get(other)?.source);
    return difference === 0 ? [] : [difference < 0 ? one : other];
  });
  if (overruled.length === 0) return read;
  const from = new Map([...read.from].filter(([key]) => !overruled.includes(key)));
  const values = Object.fromEntries([...from.keys()].map((key) => [key, read.values[key]]));
  return { values, from, problems: read.problems };
}

function strength(source: OptionSource = 'default'): number {
  return STRENGTH.indexOf(source);
}
