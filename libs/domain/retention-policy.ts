import type { Problem } from '#kernel';
import type { CalendarSpan } from './calendar-span.js';
import { readTimeZone } from './schedule/time-zone.js';

/** The periods of a calendar by which backups are kept. */
export const KEPT_PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
export type KeptPeriod = (typeof KEPT_PERIODS)[number];

/**
 * Which backups may go. A backup goes when a remove rule applies to it and no keep rule does: keep rules add up, and any
 * of them wins. Without a remove rule, everything goes that no keep rule keeps. Without any rule nothing goes.
 *
 * `keepLabels` alone is no rule: it only protects. `onlyLabels` is none either: it says what the others are about.
 */
export interface RetentionPolicy {
  /** Removes what started more than so many days ago; what is exactly so old stays. */
  readonly removeOlderThanDays?: number;
  /** Removes what started before this moment; what started exactly then stays. */
  readonly removeBefore?: Date;
  /** Keeps the newest N backups of each hostname and name. Backups that cannot be restored do not count. */
  readonly keepLast?: number;
  /**
   * Keeps the newest backup of each of the last N hours, days … that have one, in each hostname and name. Backups that
   * cannot be restored do not count.
   */
  readonly keepPeriods?: Readonly<Partial<Record<KeptPeriod, number>>>;
  /** Keeps what started at most so long ago. */
  readonly keepWithin?: CalendarSpan;
  /** Keeps what bears one of these labels. */
  readonly keepLabels?: readonly string[];
  /** What bears none of these labels stays, and does not count among the last. */
  readonly onlyLabels?: readonly string[];
  /** IANA name of the zone whose calendar says what a day is; UTC without it. */
  readonly timeZone?: string;
}

/** Whether anything can go by this policy at all. */
export function removesAnything(policy: RetentionPolicy): boolean {
  return removesByAge(policy) || keepsByCount(policy);
}

export function removesByAge({ removeOlderThanDays, removeBefore }: RetentionPolicy): boolean {
  return removeOlderThanDays !== undefined || removeBefore !== undefined;
}

/** Whether there is a keep rule that says by itself what goes: all the rest. */
function keepsByCount({ keepLast, keepPeriods = {}, keepWithin }: RetentionPolicy): boolean {
  const periods = KEPT_PERIODS.some((period) => keepPeriods[period] !== undefined);
  return keepLast !== undefined || keepWithin !== undefined || periods;
}

/** Everything that makes no sense about a policy; none when it is valid. */
export function retentionPolicyProblems(policy: RetentionPolicy): readonly Problem[] {
  const { removeOlderThanDays: days, removeBefore: before, keepLast, keepPeriods = {}, keepWithin } = policy;
  const problems: Problem[] = [];
  const add = (path: string, message: string) => problems.push({ path, message });
  const count = (path: string, value: number | undefined) => {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
      add(path, `${value} is not a whole number of 1 or more`);
    }
  };

  if (days !== undefined && !(Number.isFinite(days) && days >= 0)) {
    add('removeOlderThanDays', `${days} is not a number of 0 or more`);
  }
  if (before !== undefined && Number.isNaN(before.getTime())) add('removeBefore', 'is not a date');
  count('keepLast', keepLast);
  for (const period of KEPT_PERIODS) count(`keepPeriods.${period}`, keepPeriods[period]);
  const parts: readonly number[] = Object.values(keepWithin ?? { hours: 1 });
  if (!parts.every((part) => Number.isSafeInteger(part) && part >= 0) || !parts.some((part) => part > 0)) {
    add('keepWithin', 'is not a span of time above 0');
  }
  if (policy.timeZone !== undefined) readTimeZone(policy.timeZone, (message) => add('timeZone', message));
  return problems;
}
