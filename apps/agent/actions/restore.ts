import { formatBytes, formatDuration, type AgentConfig } from '#config';
import type { Rescued } from '#backup-set';
import { lowerOwnPriority, systemCommands } from '#host';
import { exitCodes, Failure, monotonicMs, printable } from '#kernel';
import {
  previewRestore,
  runRestore,
  type RestoreOrder,
  type RestoreOutcome,
  type RestorePreview,
} from '#workflows';
import type { ActionContext, ActionResult } from '../action.js';
import { compose, unlockOf } from '../compose.js';
import { counted } from '../../process/counted.js';
import { tellWalk } from '../output/walk-events.js';
import { namedHost } from '../series.js';

/** Restores a restore point or parts of it. Exit code 3 when not everything could be restored. */
export async function restore({
  config,
  reporter,
  signal,
  logger,
}: ActionContext<'restore'>): Promise<ActionResult> {
  await lowerOwnPriority(config.priority, systemCommands);
  const composed = await compose(config, { logger, reporter });
  const started = monotonicMs();
  try {
    const walk = { signal, onEvent: tellWalk(reporter) };
    const order = orderOf(config);
    if (config.dryRun) return previewed(config, await previewRestore(composed.parts, order, walk));
    return done(config, await runRestore(composed.parts, order, walk), monotonicMs() - started);
  } finally {
    await composed.close();
  }
}

function orderOf(config: AgentConfig<'restore'>): RestoreOrder {
  return {
    hostname: namedHost(config),
    name: config.backupName,
    unlock: unlockOf(config.secrets),
    id: config.backupId,
    at: config.restoreFromDate,
    target: config.restoreAbsPath,
    include: config.include,
    overwrite: config.overwrite,
    delete: config.delete,
    keepGoing: config.keepGoing,
  };
}

const SHOWN = 1000;

function factsOf({ point, plan, conflicts, rescued }: RestorePreview) {
  const { totals, notices, holes, lost } = plan;
  return {
    backup: point.backup.id,
    hostname: point.backup.hostname,
    name: point.backup.name,
    at: point.backup.startedAt.toISOString(),
    levels: point.levels.length,
    ...{
      entries: totals.entries,
      files: totals.files,
      directories: totals.directories,
      bytes: totals.bytes,
      kept: totals.kept,
    },
    conflicts: conflicts.slice(0, SHOWN),
    lost: [...lost.map(({ entry }) => entry.path), ...holes].slice(0, SHOWN),
    rescued: namesOf(rescued),
    missingFromBackup: notices.filter(({ state, harmless }) => state === 'skipped' && !harmless).length,
  };
}

function previewed(config: AgentConfig<'restore'>, preview: RestorePreview): ActionResult {
  const { point, plan } = preview;
  return {
    summary: {
      action: 'restore',
      state: 'succeeded',
      exitCode: 0,
      dryRun: true,
      target: config.restoreAbsPath,
      ...factsOf(preview),
    },
    lines: [
      `dry run: restore point ${point.backup.id} of ${point.backup.startedAt.toISOString()}, ${counted(point.levels.length, 'level')}`,
      `${counted(plan.totals.files, 'file')} (${formatBytes(plan.totals.bytes)}) would be restored into ${config.restoreAbsPath}`,
      ...(plan.totals.kept > 0 ? [`${entries(plan.totals.kept)} would stay as they are`] : []),
    ],
  };
}

function done(config: AgentConfig<'restore'>, outcome: RestoreOutcome, ms: number): ActionResult {
  const { plan, problems, different, deleted, rescued } = outcome;
  const byKind = notSetByKind(outcome);
  const failed = [
    ...problems.filter(({ kind }) => kind === 'file').map(({ path }) => path),
    ...different,
    ...plan.lost.map(({ entry }) => entry.path),
    ...plan.holes,
    ...outcome.conflicts,
  ];
  const incomplete = failed.length + rescued.length > 0;
  return {
    summary: {
      action: 'restore',
      state: incomplete ? 'incomplete' : 'succeeded',
      exitCode: incomplete ? exitCodes.partial : 0,
      target: config.restoreAbsPath,
      ...factsOf(outcome),
      different: different.slice(0, SHOWN),
      deleted,
      notSet: Object.fromEntries(byKind.map(({ kind, count }) => [kind, count])),
      durationMs: Math.round(ms),
    },
    lines: [
      `restored ${counted(plan.totals.files, 'file')} (${formatBytes(plan.totals.bytes)}) into ${config.restoreAbsPath} in ${formatDuration(ms)}`,
      ...(plan.totals.kept > 0 ? [`${entries(plan.totals.kept)} stayed as they were`] : []),
      ...(deleted > 0 ? [`removed ${entries(deleted)} that the restore point does not have`] : []),
      ...byKind.map(notSetLine),
    ],
    failure: incomplete ? incompleteRestore(config.restoreAbsPath, failed, namesOf(rescued)) : undefined,
  };
}

interface NotSet {
  readonly kind: string;
  readonly count: number;
  readonly first: string;
  readonly reason: string;
}

/** What an ordinary user cannot set is said once for each kind, not once for each file. */
function notSetByKind({ problems, foreign }: RestoreOutcome): NotSet[] {
  const kinds = Map.groupBy(
    problems.filter(({ kind }) => kind !== 'file'),
    ({ kind }) => kind,
  );
  const told = [...kinds].flatMap(([kind, [first, ...others]]) =>
    first ? [{ kind, count: others.length + 1, first: first.path, reason: first.reason }] : [],
  );
  if (foreign.first === undefined) return told;
  return [
    ...told,
    { kind: 'owner', count: foreign.count, first: foreign.first, reason: 'only root may give files away' },
  ];
}

function notSetLine({ kind, count, first, reason }: NotSet): string {
  return `${kind} could not be set for ${entries(count)} (${reason}; first: ${printable(first)})`;
}

function entries(n: number): string {
  return counted(n, 'entry', 'entries');
}

/** `catalogue of 20261120T093415Z-4f7a9c21` */
function namesOf(rescued: readonly Rescued[]): string[] {
  return rescued.map(({ object, backup }) => `${object} of ${backup}`);
}

function incompleteRestore(target: string, failed: readonly string[], rescued: readonly string[]): Failure {
  const context = { target, paths: failed.slice(0, SHOWN), rescued };
  return new Failure('restore.incomplete', [...lossIn(failed), ...repairIn(rescued)].join('; '), context);
}

function lossIn(failed: readonly string[]): string[] {
  if (failed.length === 0) return ['nothing is lost'];
  const shown = failed
    .slice(0, 5)
    .map((path) => `"${printable(path)}"`)
    .join(', ');
  return [`${entries(failed.length)} could not be restored: ${shown}${failed.length > 5 ? ' and more' : ''}`];
}

function repairIn(rescued: readonly string[]): string[] {
  if (rescued.length === 0) return [];
  return [`the container is damaged: made anew from the data: ${rescued.join(', ')}`];
}
