import { Failure } from '#kernel';
import type { Backup } from './backup.js';
import { newestFirst, newestOf } from './backup-order.js';
import { dayMs, inDays } from './days.js';
import { levelPolicyProblems, type LevelPolicy } from './level-policy.js';
import { brokenBackups, titleOf } from './soundness.js';

export interface LevelDecision {
  readonly level: number;
  /** What the new backup stands on; none for level 0. */
  readonly base?: Backup;
  /** In words, beginning with the level: `level 0: the chain is 31 days old`. */
  readonly reason: string;
}

/**
 * Which level the next backup gets, and on which base.
 *
 * `backups` are all committed backups of one hostname and name, in any order. Only the newest chain is looked at: the
 * one whose level 0 started last. Backups from the future are left out, since an engine that takes the later of two
 * clocks for the earlier one would miss changes. A base is always whole: everything it stands on is in `backups`.
 * Rejects with `input.invalid` when the policy makes no sense.
 */
export function baseFor(backups: readonly Backup[], policy: LevelPolicy, now: Date): LevelDecision {
  refuseNonsense(policy);
  if (!policy.incremental) return full('incremental backups are turned off');
  if (backups.length === 0) return full('there is no earlier backup');
  const past = backups.filter((backup) => backup.startedAt <= now);
  if (past.length === 0) return full('all earlier backups are from the future; the clock was set back');

  const foot = newestOf(past.filter((backup) => backup.level === 0));
  if (!foot) return full('no earlier backup is of level 0');
  if (policy.engine !== undefined && foot.engine !== policy.engine) {
    return full(`the chain was made by engine "${foot.engine}", not "${policy.engine}"`);
  }
  const broken = brokenBackups(backups);
  const usable = past.filter(
    (backup) => backup.chain === foot.id && !broken.has(backup.id) && sameEngine(backup, foot),
  );
  return reasonForFull(usable, foot, policy, now) ?? nextOf(usable.sort(newestFirst), policy);
}

function sameEngine(a: Backup, b: Backup): boolean {
  return a.engine === b.engine;
}

/** Why the chain cannot go on, if so. */
function reasonForFull(usable: readonly Backup[], foot: Backup, policy: LevelPolicy, now: Date) {
  const { maxLevel, alwaysLevel, restartAfterDays } = policy;
  const highest = highestLevel(usable);
  const ageMs = now.getTime() - foot.startedAt.getTime();
  if (usable.length === 0) return full('the newest chain cannot be restored');
  if (alwaysLevel === 0) return full('level 0 is asked for each time');
  if (maxLevel !== undefined && highest >= maxLevel) return full(`the chain has reached level ${highest}`);
  if (alwaysLevel !== undefined && highest > alwaysLevel) {
    return full(`the chain is at level ${highest}, above level ${alwaysLevel}`);
  }
  // The age of the chain is that of its level 0: counted from the latest backup, a daily job would never restart.
  if (restartAfterDays !== undefined && ageMs >= restartAfterDays * dayMs) {
    return full(`the chain is ${inDays(ageMs)} old`);
  }
  return undefined;
}

/** `usable` has its newest first and at least its level 0. */
function nextOf(usable: readonly Backup[], { alwaysLevel }: LevelPolicy): LevelDecision {
  const differential = alwaysLevel !== undefined && highestLevel(usable) === alwaysLevel;
  const base = differential ? usable.find((backup) => backup.level === alwaysLevel - 1) : usable[0];
  if (!base) return full('the chain has no lower level to stand on');
  const level = base.level + 1;
  return { level, base, reason: `level ${level}: stands on ${titleOf(base)}` };
}

function highestLevel(backups: readonly Backup[]): number {
  return backups.reduce((highest, backup) => Math.max(highest, backup.level), 0);
}

function full(why: string): LevelDecision {
  return { level: 0, reason: `level 0: ${why}` };
}

function refuseNonsense(policy: LevelPolicy): void {
  const problems = levelPolicyProblems(policy);
  if (problems.length === 0) return;
  const list = problems.map((problem) => `${problem.path}: ${problem.message}`).join('; ');
  throw new Failure('input.invalid', `level policy is not valid: ${list}`, { problems });
}
