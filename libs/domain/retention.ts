import { Failure, type BackupId } from '#kernel';
import type { Backup } from './backup.js';
import { deletableFirst, newestFirst } from './backup-order.js';
import { dayMs, inDays } from './days.js';
import { keeper, keepRulesInShort } from './retention-keeps.js';
import {
  removesAnything,
  removesByAge,
  retentionPolicyProblems,
  type RetentionPolicy,
} from './retention-policy.js';
import { brokenBackups, byId, titleOf } from './soundness.js';

/** A backup with everything that speaks for its fate, in words. */
export interface RetentionVerdict {
  readonly backup: Backup;
  readonly reasons: readonly string[];
}

/** Every backup is in one of the two. */
export interface RetentionPlan {
  /** The newest first. */
  readonly keep: readonly RetentionVerdict[];
  /** In an order in which they can be deleted one by one: dependants before what they stand on. */
  readonly drop: readonly RetentionVerdict[];
}

/** Backups that cannot be removed now, with the reason in words. */
export type HeldBackups = ReadonlyMap<BackupId, string>;

/**
 * What stays and what goes, with reasons; nothing is done yet.
 *
 * The newest backup of each hostname and name that can be restored always stays, and so does what is held, and everything
 * that a kept backup stands on. `backups` may be of many hostnames and names. Throws `input.invalid` when the policy
 * makes no sense.
 */
export function planRetention(
  backups: readonly Backup[],
  policy: RetentionPolicy,
  now: Date,
  held: HeldBackups = new Map(),
): RetentionPlan {
  refuseNonsense(policy, now);
  const broken = brokenBackups(backups);
  const keepReasons = new Map<BackupId, string[]>();
  const dropReasons = new Map<BackupId, string[]>();
  for (const group of groupsOf(backups)) {
    const keepReasonsOf = keeper(
      group.filter((backup) => !broken.has(backup.id)),
      policy,
      now,
    );
    for (const backup of group) {
      const hold = held.get(backup.id);
      const keep = [...keepReasonsOf(backup), ...(hold === undefined ? [] : [hold])];
      const drop = reasonsToDrop(backup, policy, now);
      if (keep.length > 0) keepReasons.set(backup.id, keep);
      else if (drop.length === 0) keepReasons.set(backup.id, ['no rule removes it']);
      else dropReasons.set(backup.id, [...drop, ...flawIn(broken.get(backup.id))]);
    }
  }
  keepWhatOthersStandOn(backups, keepReasons);
  const verdicts = (some: readonly Backup[], reasons: ReadonlyMap<BackupId, string[]>) =>
    some.map((backup) => ({ backup, reasons: reasons.get(backup.id) ?? [] }));
  const kept = backups.filter((backup) => keepReasons.has(backup.id)).sort(newestFirst);
  const dropped = backups.filter((backup) => !keepReasons.has(backup.id)).sort(deletableFirst);
  return { keep: verdicts(kept, keepReasons), drop: verdicts(dropped, dropReasons) };
}

/** The backups of each hostname and name, the newest first. */
function groupsOf(backups: readonly Backup[]): Iterable<readonly Backup[]> {
  return Map.groupBy([...backups].sort(newestFirst), (b) => JSON.stringify([b.hostname, b.name])).values();
}

function reasonsToDrop(backup: Backup, policy: RetentionPolicy, now: Date): string[] {
  const { removeOlderThanDays: days, removeBefore: before } = policy;
  if (!removesAnything(policy)) return [];
  if (!removesByAge(policy)) return [`kept by no rule (${keepRulesInShort(policy)})`];
  const ageMs = now.getTime() - backup.startedAt.getTime();
  const reasons: string[] = [];
  if (days !== undefined && ageMs > days * dayMs) reasons.push(`${inDays(ageMs)} old, more than ${days}`);
  if (before !== undefined && backup.startedAt < before) reasons.push(`before ${before.toISOString()}`);
  return reasons;
}

function flawIn(flaw: string | undefined): string[] {
  return flaw === undefined ? [] : [`cannot be restored: ${flaw}`];
}

/** Adds the bases of all kept backups, their bases, and so on. */
function keepWhatOthersStandOn(backups: readonly Backup[], keepReasons: Map<BackupId, string[]>): void {
  const known = byId(backups);
  const dependants = new Map<Backup, Backup[]>();
  const toFollow = backups.filter((backup) => keepReasons.has(backup.id));
  for (let backup = toFollow.pop(); backup; backup = toFollow.pop()) {
    const base = backup.base && known.get(backup.base);
    if (!base) continue;
    const standing = dependants.get(base) ?? [];
    standing.push(backup);
    dependants.set(base, standing);
    if (keepReasons.has(base.id)) continue;
    keepReasons.set(base.id, []);
    toFollow.push(base);
  }
  for (const [base, standing] of dependants) keepReasons.get(base.id)?.push(standOnIt(standing));
}

/** `level 1 20261120T… stands on it`; of many only the newest is named. */
function standOnIt(dependants: readonly Backup[]): string {
  const [newest, ...others] = [...dependants].sort(newestFirst);
  const title = newest ? titleOf(newest) : '';
  return others.length === 0 ? `${title} stands on it` : `${title} and ${others.length} more stand on it`;
}

function refuseNonsense(policy: RetentionPolicy, now: Date): void {
  const problems = [...retentionPolicyProblems(policy)];
  if (Number.isNaN(now.getTime())) problems.push({ path: 'now', message: 'is not a date' });
  if (problems.length === 0) return;
  const list = problems.map((problem) => `${problem.path}: ${problem.message}`).join('; ');
  throw new Failure('input.invalid', `retention policy is not valid: ${list}`, { problems });
}
