import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { bytesOf, Failure } from '#kernel';
import { planRestore } from '#backup-set';
import type { RestoreOrder } from '../orders.js';
import { EntryLog } from '../restoring/entry-log.js';
import { wantedIn } from '../restoring/planned.js';
import { tellingRescued } from '../restoring/rescue.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { TargetGuard } from '../restoring/target-guard.js';
import { CHAIN, PLAN, PLANNED, RESTORE_ORDER, TARGET } from './slots.js';

/** Decides what is to be written where. Reads catalogues and looks at the target; writes nothing. */
export function restorePlan(): StepKind {
  return defineStep({
    name: 'restore.plan',
    summary: 'Decides which files come from which level, and what may be overwritten',
    reads: [RESTORE_ORDER, CHAIN],
    writes: [PLAN, PLANNED, TARGET],
    run: async (context) => {
      const order = context.get(RESTORE_ORDER);
      const chain = context.get(CHAIN);
      const guard = guardFor(order);
      const wanted = wantedIn(chain, order.include);
      const log = new EntryLog();
      const plan = await tellingRescued(context, chain, () =>
        planRestore(chain, {
          wanted,
          accept: guard?.accept,
          onAccepted: (live) => log.add(live),
          signal: context.signal,
        }),
      );
      if (plan.totals.entries + plan.totals.kept + plan.holes.length === 0) {
        throw new Failure(
          'restore.nothing-selected',
          `nothing matches ${order.include.map((p) => `"${p}"`).join(', ')}`,
          {},
        );
      }
      if (!order.keepGoing) refuseHoles(plan.holes);
      context.set(PLAN, plan);
      context.set(PLANNED, log);
      context.set(TARGET, guard);
    },
  });
}

/** Makes the target when it is missing. */
export function restoreTarget(): StepKind {
  return defineStep({
    name: 'restore.target',
    summary: 'Makes the target directory',
    reads: [RESTORE_ORDER],
    run: (context) => {
      const { target } = context.get(RESTORE_ORDER);
      try {
        mkdirSync(bytesOf(target), { recursive: true });
      } catch (error) {
        throw new Failure('restore.target-invalid', `cannot make the target "${target}"`, { target }, error);
      }
      return Promise.resolve();
    },
  });
}

/** No guard is needed for a target that is empty or not there: nothing can be overwritten or lead astray. */
function guardFor({ target, overwrite, delete: mayDelete }: RestoreOrder): TargetGuard | undefined {
  if (!isAbsolute(target))
    throw new Failure('restore.target-invalid', `the target "${target}" is a relative path`, { target });
  const there = statSync(bytesOf(target), { throwIfNoEntry: false });
  if (!there) return undefined;
  if (!there.isDirectory())
    throw new Failure('restore.target-invalid', `the target "${target}" is not a directory`, { target });
  return readdirSync(bytesOf(target)).length === 0
    ? undefined
    : new TargetGuard(target, overwrite, mayDelete);
}

function refuseHoles(holes: readonly string[]): void {
  const [first] = holes;
  if (first === undefined) return;
  throw new Failure('chain.broken', `${holes.length} files are in none of the levels, such as "${first}"`, {
    lost: holes,
  });
}
