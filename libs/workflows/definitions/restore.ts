import type { RestorePoint } from '#domain';
import { invariant } from '#kernel';
import type { Rescued, RestorePlan } from '#backup-set';
import type { ExtractProblem } from '#engines';
import { pointChoose } from '../kinds/point-choose.js';
import { restoreCheck } from '../kinds/restore-check.js';
import { restoreDelete } from '../kinds/restore-delete.js';
import { restoreExtract } from '../kinds/restore-extract.js';
import { restorePlan, restoreTarget } from '../kinds/restore-plan.js';
import {
  CHAIN,
  CHECKED,
  DELETED,
  EXTRACTED,
  PLAN,
  POINT,
  RESTORE_ORDER,
  RESTORED,
  TARGET,
} from '../kinds/slots.js';
import type { RestoreOrder } from '../orders.js';
import type { Parts } from '../parts.js';
import { rescuedIn } from '../restoring/rescue.js';
import { runWorkflow } from '../runner/runner.js';
import { filled } from '../runner/slot.js';
import { stepKinds } from '../runner/step-kind.js';
import type { WorkflowSpec } from '../runner/workflow.js';
import type { WalkOptions } from './backup.js';

export const restoreWorkflow: WorkflowSpec = {
  name: 'restore',
  steps: [
    { id: 'point', uses: 'point.choose' },
    { id: 'plan', uses: 'restore.plan' },
    { id: 'target', uses: 'restore.target' },
    { id: 'extract', uses: 'restore.extract' },
    { id: 'delete', uses: 'restore.delete' },
    { id: 'check', uses: 'restore.check' },
  ],
};

/** The same up to the plan: nothing is written, not even the target. */
export const restoreDryRunWorkflow: WorkflowSpec = {
  name: 'restore dry run',
  steps: [
    { id: 'point', uses: 'point.choose' },
    { id: 'plan', uses: 'restore.plan' },
  ],
};

export interface RestorePreview {
  readonly point: RestorePoint;
  readonly plan: RestorePlan;
  /** Paths that stay as they are because something of another type is in the way. */
  readonly conflicts: readonly string[];
  /** Damaged objects that were made anew. */
  readonly rescued: readonly Rescued[];
}

export interface RestoreOutcome extends RestorePreview {
  readonly problems: readonly ExtractProblem[];
  /** Restored, and yet not as the catalogue says. */
  readonly different: readonly string[];
  /** Restored, and of another owner: an ordinary user cannot give files away. */
  readonly foreign: { readonly count: number; readonly first?: string };
  readonly deleted: number;
}

/** Restores; rejects with the failure of the step that failed. */
export async function runRestore(
  parts: Parts,
  order: RestoreOrder,
  options: WalkOptions,
): Promise<RestoreOutcome> {
  const { slots, failure } = await walk(restoreWorkflow, parts, order, options);
  if (failure) throw failure;
  return {
    ...previewIn(slots),
    problems: slots.get(EXTRACTED).problems,
    ...slots.get(CHECKED),
    deleted: slots.get(DELETED),
  };
}

/** Says what a restore would do. */
export async function previewRestore(
  parts: Parts,
  order: RestoreOrder,
  options: WalkOptions,
): Promise<RestorePreview> {
  const { slots, failure } = await walk(restoreDryRunWorkflow, parts, order, options);
  if (failure) throw failure;
  return previewIn(slots);
}

function walk(spec: WorkflowSpec, parts: Parts, order: RestoreOrder, options: WalkOptions) {
  const kinds = stepKinds([
    pointChoose(parts),
    restorePlan(),
    restoreTarget(),
    restoreExtract(parts),
    restoreDelete(parts),
    restoreCheck(),
  ]);
  const { clock, log } = parts;
  return runWorkflow(spec, kinds, { ...options, clock, log, seed: [filled(RESTORE_ORDER, order)] });
}

function previewIn(slots: Awaited<ReturnType<typeof walk>>['slots']): RestorePreview {
  invariant(slots.has(PLAN), 'a restore that has not failed has a plan');
  return {
    point: slots.get(POINT),
    plan: slots.get(slots.has(RESTORED) ? RESTORED : PLAN),
    conflicts: [...(slots.get(TARGET)?.conflicts ?? [])],
    rescued: rescuedIn(slots.get(CHAIN)),
  };
}
