import type { Problem } from '#kernel';

/**
 * Which backups may go. A backup goes when a remove rule applies to it and no keep rule does. Without a remove rule,
 * `keepLast` removes all others; without any rule nothing goes.
 */
export interface RetentionPolicy {
  /** Removes what started more than so many days ago; what is exactly so old stays. */
  readonly removeOlderThanDays?: number;
  /** Removes what started before this moment; what started exactly then stays. */
  readonly removeBefore?: Date;
  /** Keeps the newest N backups of each hostname and name. Backups that cannot be restored do not count. */
  readonly keepLast?: number;
}

/** Everything that makes no sense about a policy; none when it is valid. */
export function retentionPolicyProblems(policy: RetentionPolicy): readonly Problem[] {
  const { removeOlderThanDays: days, removeBefore: before, keepLast } = policy;
  const problems: Problem[] = [];
  const add = (path: string, message: string) => problems.push({ path, message });

  if (days !== undefined && !(Number.isFinite(days) && days >= 0)) {
    add('removeOlderThanDays', `${days} is not a number of 0 or more`);
  }
  if (before !== undefined && Number.isNaN(before.getTime())) add('removeBefore', 'is not a date');
  if (keepLast !== undefined && !(Number.isSafeInteger(keepLast) && keepLast >= 1)) {
    add('keepLast', `${keepLast} is not a whole number of 1 or more`);
  }
  return problems;
}
