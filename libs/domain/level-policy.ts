import type { Problem } from '#kernel';

/** When a backup is full and when it builds on an earlier one. */
export interface LevelPolicy {
  /** Without it every backup is of level 0. */
  readonly incremental: boolean;
  /** Levels 0…N, then a new level 0. */
  readonly maxLevel?: number;
  /** Levels 0…N, then level N again and again, each on the newest level N−1 (differential). 0: always full. */
  readonly alwaysLevel?: number;
  /** A new level 0 when the level 0 of the chain is at least so many days old. */
  readonly restartAfterDays?: number;
  /** The engine of the new backup; a chain of another engine is not continued. */
  readonly engine?: string;
}

/** Everything that makes no sense about a policy; none when it is valid. */
export function levelPolicyProblems(policy: LevelPolicy): readonly Problem[] {
  const { incremental, maxLevel, alwaysLevel, restartAfterDays } = policy;
  const problems: Problem[] = [];
  const add = (path: string, message: string) => problems.push({ path, message });

  if (!isLevel(maxLevel)) add('maxLevel', `${maxLevel} is not a whole number of 0 or more`);
  if (!isLevel(alwaysLevel)) add('alwaysLevel', `${alwaysLevel} is not a whole number of 0 or more`);
  if (!isDays(restartAfterDays)) add('restartAfterDays', `${restartAfterDays} is not a number above 0`);
  if (maxLevel !== undefined && alwaysLevel !== undefined) add('alwaysLevel', 'excludes maxLevel');
  if (incremental) return problems;
  for (const path of ['maxLevel', 'alwaysLevel', 'restartAfterDays'] as const) {
    if (policy[path] !== undefined) add(path, 'makes no sense when incremental backups are turned off');
  }
  return problems;
}

function isLevel(level: number | undefined): boolean {
  return level === undefined || (Number.isSafeInteger(level) && level >= 0);
}

function isDays(days: number | undefined): boolean {
  return days === undefined || (Number.isFinite(days) && days > 0);
}
