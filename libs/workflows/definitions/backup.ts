import type { Notice } from '#domain';
import { type Failure, invariant } from '#kernel';
import type { KeptCounts, Manifest } from '#backup-set';
import type { CopyState } from '#storage';
import { backupBegin } from '../kinds/backup-begin.js';
import { backupCommit } from '../kinds/backup-commit.js';
import { containerOpen } from '../kinds/container-open.js';
import { levelChoose } from '../kinds/level-choose.js';
import { orphansSweep } from '../kinds/orphans-sweep.js';
import { seriesHold } from '../kinds/series-hold.js';
import { BACKUP_ORDER, LEVEL, MEASURED, RECEIPT, STREAM, WRITER, type Measured } from '../kinds/slots.js';
import { sourceCheck } from '../kinds/source-check.js';
import { streamMeasure } from '../kinds/stream-measure.js';
import { streamTransfer } from '../kinds/stream-transfer.js';
import type { BackupOrder } from '../orders.js';
import type { Parts } from '../parts.js';
import { runWorkflow } from '../runner/runner.js';
import { filled } from '../runner/slot.js';
import { stepKinds } from '../runner/step-kind.js';
import type { WorkflowSpec } from '../runner/workflow.js';
import type { WorkflowEvent } from '../runner/workflow-event.js';
import type { WorkflowResult } from '../runner/workflow-result.js';

export const backupWorkflow: WorkflowSpec = {
  name: 'backup',
  steps: [
    { id: 'source', uses: 'source.check' },
    { id: 'hold', uses: 'series.hold' },
    { id: 'container', uses: 'container.open' },
    { id: 'sweep', uses: 'orphans.sweep' },
    { id: 'level', uses: 'level.choose' },
    { id: 'begin', uses: 'backup.begin' },
    { id: 'transfer', uses: 'stream.transfer' },
    { id: 'commit', uses: 'backup.commit' },
  ],
};

/** The same without a single write. */
export const backupDryRunWorkflow: WorkflowSpec = {
  name: 'backup dry run',
  steps: [
    { id: 'source', uses: 'source.check' },
    { id: 'container', uses: 'container.open', with: { create: false } },
    { id: 'level', uses: 'level.choose' },
    { id: 'measure', uses: 'stream.measure' },
  ],
};

export interface BackupOutcome {
  readonly manifest: Manifest;
  readonly reason: string;
  readonly notices: readonly Notice[];
  /** What an interrupted run had stored already; nothing when there was none. */
  readonly resumed: KeptCounts | undefined;
  /** What became of the copies, when there are several storages; otherwise empty. */
  readonly copies: readonly CopyState[];
  /** What could not be given back afterwards; the backup itself is good. */
  readonly undoFailures: readonly Failure[];
}

export interface BackupPreview {
  readonly level: number;
  readonly reason: string;
  readonly measured: Measured;
  readonly notices: readonly Notice[];
}

export interface WalkOptions {
  readonly signal: AbortSignal;
  readonly onEvent?: (event: WorkflowEvent) => void;
}

// Directories that are moved while tar walks make a stream that must not be kept; mostly the next walk is quiet.
const UNSTABLE_ATTEMPTS = 3;

/** Makes one backup. Rejects with the failure of the step that failed, after everything was undone. */
export async function runBackup(
  parts: Parts,
  order: BackupOrder,
  options: WalkOptions,
): Promise<BackupOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await walk(backupWorkflow, parts, order, options);
    const { slots, undoFailures } = result;
    if (slots.has(RECEIPT)) {
      return {
        manifest: slots.get(RECEIPT),
        reason: slots.get(LEVEL).reason,
        notices: slots.get(STREAM).notices,
        resumed: slots.get(WRITER).kept,
        copies: parts.copies?.states() ?? [],
        undoFailures,
      };
    }
    invariant(result.failure, 'a backup that made no receipt has failed');
    if (result.failure.code !== 'source.unstable' || attempt === UNSTABLE_ATTEMPTS) throw result.failure;
  }
}

/** Says what a backup would do; stores nothing. */
export async function previewBackup(
  parts: Parts,
  order: BackupOrder,
  options: WalkOptions,
): Promise<BackupPreview> {
  const { slots, failure } = await walk(backupDryRunWorkflow, parts, order, options);
  if (failure) throw failure;
  const { level, reason } = slots.get(LEVEL);
  return { level, reason, measured: slots.get(MEASURED), notices: slots.get(STREAM).notices };
}

function walk(
  spec: WorkflowSpec,
  parts: Parts,
  order: BackupOrder,
  options: WalkOptions,
): Promise<WorkflowResult> {
  const kinds = stepKinds(
    [
      sourceCheck,
      seriesHold,
      containerOpen,
      orphansSweep,
      levelChoose,
      backupBegin,
      streamTransfer,
      backupCommit,
      streamMeasure,
    ].map((make) => make(parts)),
  );
  const { clock, log } = parts;
  return runWorkflow(spec, kinds, { ...options, clock, log, seed: [filled(BACKUP_ORDER, order)] });
}
