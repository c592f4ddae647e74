import { mkdtempSync, rmdirSync, lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '#kernel';
import { LiveTree, type Chain, type RestorePlan, type Wanted } from '#backup-set';
import { isPlanned } from './planned.js';
import { placeOf } from './place-of.js';
import { lookAt } from './target-guard.js';

/**
 * The time of the target's own file system, in nanoseconds. What is touched after this call has a later one (or, within
 * one tick of its clock, the same), whatever the clock of this machine says. Throws `restore.target-invalid` when the
 * target may not be written to, and `storage.full` when there is no room.
 */
export function timeOfTarget(target: string): bigint {
  try {
    const probe = mkdtempSync(join(target, '.firn-restore-'));
    try {
      return lstatSync(probe, { bigint: true }).ctimeNs;
    } finally {
      rmdirSync(probe);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new Failure('storage.full', `there is no room in the target "${target}"`, { target }, error);
    }
    throw new Failure('restore.target-invalid', `cannot write to the target "${target}"`, { target }, error);
  }
}

/**
 * Takes away files that a broken-off extraction has begun and not finished: planned, made since, and not as they should
 * be. What was there before and was not reached yet is older, and stays.
 */
export async function removeHalfWritten(
  target: string,
  chain: Chain,
  wanted: Wanted | undefined,
  plan: RestorePlan,
  since: bigint,
): Promise<void> {
  const planned = isPlanned(plan);
  for await (const live of new LiveTree(chain).walk(wanted)) {
    const { entry } = live;
    if (entry.type !== 'file' || !planned(live)) continue;
    const there = lookAt(target, entry.path);
    if (!there?.isFile() || there.ctimeNs <= since) continue;
    const whole = there.size === BigInt(entry.size) && there.mtimeNs === entry.mtimeNs;
    if (!whole) await rm(placeOf(target, entry.path), { force: true });
  }
}
