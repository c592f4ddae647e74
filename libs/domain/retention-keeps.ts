import type { Backup } from './backup.js';
import { inWords, spanBefore } from './calendar-span.js';
import { periodOf } from './retention-period.js';
import { KEPT_PERIODS, type KeptPeriod, type RetentionPolicy } from './retention-policy.js';
import { readTimeZone, UTC, type TimeZone } from './schedule/time-zone.js';

/** Why keep rules keep a backup, in words; none when they do not. */
export type KeepReasons = (backup: Backup) => readonly string[];

/** The keep rules for the backups of one hostname and name. `good` are those that can be restored, the newest first. */
export function keeper(good: readonly Backup[], policy: RetentionPolicy, now: Date): KeepReasons {
  const zone = zoneOf(policy);
  const counted = good.filter((backup) => isInScope(backup, policy));
  // A backup that a wrong clock dated into the future would be the newest for ever, and none after it protected.
  const newest = good.find((backup) => backup.startedAt <= now) ?? good[0];
  const last = new Set(counted.slice(0, policy.keepLast ?? 0));
  const ofPeriods = newestOfPeriods(counted, policy, zone);
  const since = policy.keepWithin && spanBefore(now, policy.keepWithin, zone);

  return (backup) => [
    ...(backup === newest ? [`newest good backup of "${backup.name}" on ${backup.hostname}`] : []),
    ...outOfScope(backup, policy),
    ...(last.has(backup) ? [`among the last ${policy.keepLast}`] : []),
    ...(ofPeriods.get(backup) ?? []),
    ...(since && backup.startedAt >= since ? [`within ${inWords(policy.keepWithin ?? {})}`] : []),
    ...labelled(backup, policy.keepLabels).map((label) => `labelled "${label}"`),
  ];
}

/** The keep rules in short, for what none of them keeps: `last 3, daily 7`. */
export function keepRulesInShort(policy: RetentionPolicy): string {
  const { keepLast, keepPeriods = {}, keepWithin, keepLabels = [] } = policy;
  return [
    ...(keepLast === undefined ? [] : [`last ${keepLast}`]),
    ...KEPT_PERIODS.flatMap((period) =>
      keepPeriods[period] === undefined ? [] : [`${period} ${keepPeriods[period]}`],
    ),
    ...(keepWithin ? [`within ${inWords(keepWithin)}`] : []),
    ...keepLabels.map((label) => `label "${label}"`),
  ].join(', ');
}

function newestOfPeriods(
  counted: readonly Backup[],
  { keepPeriods = {} }: RetentionPolicy,
  zone: TimeZone,
): ReadonlyMap<Backup, readonly string[]> {
  const reasons = new Map<Backup, string[]>();
  for (const period of KEPT_PERIODS) {
    const wanted = keepPeriods[period] ?? 0;
    for (const [index, [name, backup]] of newestOfEach(counted, period, zone, wanted).entries()) {
      const reason = `newest of ${NOUN[period]}${name} (${period} ${index + 1} of ${wanted})`;
      reasons.set(backup, [...(reasons.get(backup) ?? []), reason]);
    }
  }
  return reasons;
}

const NOUN: Readonly<Record<KeptPeriod, string>> = {
  ...{ hourly: 'the hour ', daily: '', weekly: 'week ', monthly: '', yearly: '' },
};

/** The newest backup of each of the newest `wanted` periods that have one. */
function newestOfEach(
  newestFirst: readonly Backup[],
  period: KeptPeriod,
  zone: TimeZone,
  wanted: number,
): readonly (readonly [string, Backup])[] {
  const found = new Map<string, Backup>();
  for (const backup of newestFirst) {
    if (found.size >= wanted) break;
    const name = periodOf(period, backup.startedAt, zone);
    if (!found.has(name)) found.set(name, backup);
  }
  return [...found];
}

function outOfScope(backup: Backup, policy: RetentionPolicy): readonly string[] {
  if (isInScope(backup, policy)) return [];
  const labels = (policy.onlyLabels ?? []).map((label) => `"${label}"`).join(' or ');
  return [`not labelled ${labels}`];
}

function isInScope(backup: Backup, { onlyLabels = [] }: RetentionPolicy): boolean {
  return onlyLabels.length === 0 || labelled(backup, onlyLabels).length > 0;
}

function labelled({ labels = [] }: Backup, wanted: readonly string[] = []): readonly string[] {
  return labels.filter((label) => wanted.includes(label));
}

function zoneOf({ timeZone }: RetentionPolicy): TimeZone {
  return (timeZone === undefined ? undefined : readTimeZone(timeZone, () => undefined)) ?? UTC;
}
