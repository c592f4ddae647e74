import { unlink } from 'node:fs/promises';
import { removeTree } from '#host';
import type { Extracted } from '#engines';
import { asFailure, Failure, printable } from '#kernel';
import { planRestore, type DamagedRanges, type RestorePlan, type Wanted } from '#backup-set';
import { removeHalfWritten, timeOfTarget } from '../restoring/half-written.js';
import type { Parts } from '../parts.js';
import { isPlanned, wantedIn } from '../restoring/planned.js';
import { tellingRescued } from '../restoring/rescue.js';
import { restoreStream } from '../restoring/restore-stream.js';
import { defineStep, type StepContext, type StepKind } from '../runner/step-kind.js';
import { placeOf } from '../restoring/place-of.js';
import { surveyDamage } from '../restoring/survey-damage.js';
import { CHAIN, EXTRACTED, PLAN, RESTORE_ORDER, RESTORED, TARGET } from './slots.js';

/**
 * Writes the files. On damage it stops, takes away the one file that was half written, and names exactly what is lost;
 * told to keep going, it looks for damage first and restores all that is whole.
 */
export function restoreExtract(parts: Parts): StepKind {
  return defineStep({
    name: 'restore.extract',
    summary: 'Writes the files into the target',
    reads: [RESTORE_ORDER, CHAIN, PLAN, TARGET],
    writes: [EXTRACTED, RESTORED],
    run: async (context) => {
      const { target, keepGoing } = context.get(RESTORE_ORDER);
      const plan = keepGoing ? await wholePart(context) : context.get(PLAN);
      context.set(EXTRACTED, await extracted(parts, plan, target, context));
      context.set(RESTORED, plan);
    },
  });
}

async function extracted(
  parts: Parts,
  plan: RestorePlan,
  target: string,
  context: StepContext,
): Promise<Extracted> {
  const closed = context.get(TARGET)?.closed;
  let succeeded = false;
  try {
    closed?.open();
    const since = timeOfTarget(target);
    await clearObstacles(context);
    try {
      const bytes = restoreStream(plan, parts.engine, context.signal);
      const result = await parts.engine.extract(
        bytes,
        { root: target, bytes: plan.totals.streamBytes, onProgress: telling(context, plan) },
        context.signal,
      );
      succeeded = true;
      return result;
    } catch (error) {
      const failure = await named(asFailure(error), context, plan);
      await removeHalfWritten(target, context.get(CHAIN), wantedOf(context), plan, since);
      throw failure;
    }
  } finally {
    closed?.close(succeeded);
  }
}

function telling(context: StepContext, { totals }: RestorePlan): (bytes: number) => void {
  return (bytes) =>
    context.emit({ name: 'progress', facts: { bytes, totalBytes: totals.streamBytes, files: totals.files } });
}

/** The plan without what is damaged. */
async function wholePart(context: StepContext): Promise<RestorePlan> {
  const plan = context.get(PLAN);
  const damaged = await tellingRescued(context, context.get(CHAIN), () => surveyDamage(plan, context.signal));
  return damaged.size === 0 ? plan : planAround(context, damaged);
}

function planAround(context: StepContext, damaged: DamagedRanges): Promise<RestorePlan> {
  const wanted = wantedOf(context);
  return planRestore(context.get(CHAIN), {
    wanted,
    accept: context.get(TARGET)?.accept,
    damaged,
    signal: context.signal,
  });
}

async function clearObstacles(context: StepContext): Promise<void> {
  const { target } = context.get(RESTORE_ORDER);
  for (const [path, what] of context.get(TARGET)?.obstacles ?? []) {
    if (what === 'directory') await removeTree(`${target}/${path}`);
    else await unlink(placeOf(target, path));
  }
}

/** The failure with the names of everything that is lost; as it is when no data is damaged. */
async function named(failure: Failure, context: StepContext, plan: RestorePlan): Promise<Failure> {
  if (failure.kind !== 'corrupt') return failure;
  const damaged = await surveyDamage(plan, context.signal);
  const around = await planRestore(context.get(CHAIN), {
    wanted: wantedOf(context),
    damaged,
    signal: context.signal,
  });
  // Not asking the target again: it has changed since, by what was restored before the damage.
  const lost = around.lost.filter(isPlanned(plan));
  const paths = lost.map(({ entry }) => entry.path);
  if (paths.length === 0) return failure;
  const shown = paths
    .slice(0, 5)
    .map((path) => `"${printable(path)}"`)
    .join(', ');
  const more = paths.length > 5 ? ' and more' : '';
  return new Failure(
    'restore.damaged',
    `${paths.length} entries cannot be restored: ${shown}${more}`,
    { lost: paths },
    failure,
  );
}

function wantedOf(context: StepContext): Wanted | undefined {
  return wantedIn(context.get(CHAIN), context.get(RESTORE_ORDER).include);
}
