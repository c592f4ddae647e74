/** The walk as a table of steps: what a step kind is, what a workflow is, and the runner that gives back what it took. */
export { problems } from './runner/problems.js';
export { runWorkflow, type RunOptions } from './runner/runner.js';
export { filled, slot, type FilledSlot, type Slot, type Slots } from './runner/slot.js';
export {
  defineStep,
  stepKinds,
  type Hold,
  type StepContext,
  type StepEvent,
  type StepKind,
  type StepKinds,
} from './runner/step-kind.js';
export { type GivingBack, type WorkflowEvent } from './runner/workflow-event.js';
export { type StepRecord, type StepState, type WorkflowResult } from './runner/workflow-result.js';
export { workflowSchema, type StepSpec, type WorkflowSpec } from './runner/workflow.js';
export {
  backupDryRunWorkflow,
  backupWorkflow,
  previewBackup,
  runBackup,
  type BackupOutcome,
  type BackupPreview,
  type WalkOptions,
} from './definitions/backup.js';
export { execWorkflow, runExec } from './definitions/exec.js';
export {
  previewRestore,
  restoreDryRunWorkflow,
  restoreWorkflow,
  runRestore,
  type RestoreOutcome,
  type RestorePreview,
} from './definitions/restore.js';
export { runVerify, verifyWorkflow } from './definitions/verify.js';
export { seriesLock } from './kinds/series-hold.js';
export type { BackupOrder, ExecOrder, Overwrite, RestoreOrder, SampleOrder, VerifyOrder } from './orders.js';
export type { Parts } from './parts.js';
export { openRestorePoint, type OpenPoint, type PointWish } from './restoring/open-point.js';
export { wantedBy } from './restoring/path-patterns.js';
export { VerifyReport, type Leftover, type VerifiedBackup } from './verify-report.js';
