import { RangeList, rangesOf, type BackupReader, type DamagedRanges, type RestorePlan } from '#backup-set';

/**
 * Reads every frame that a plan needs and collects those that cannot be read. Costs as much as the restore itself, so it
 * is done when damage is known, or when a restore is to go on in spite of it.
 */
export async function surveyDamage(plan: RestorePlan, signal: AbortSignal): Promise<DamagedRanges> {
  const damaged = new Map<BackupReader, RangeList>();
  for (const level of plan.levels) {
    const ranges = new RangeList();
    for await (const { start, end } of level.reader.damageIn(rangesOf(level), signal)) ranges.add(start, end);
    if (!ranges.empty) damaged.set(level.reader, ranges);
  }
  return damaged;
}
