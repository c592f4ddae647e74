import { planRetention, type RetentionVerdict } from '#domain';
import { lowerOwnPriority, systemCommands } from '#host';
import { Failure } from '#kernel';
import {
  backupFolder,
  listBackups,
  findOrphans,
  openContainer,
  removeBackup,
  sweepOrphans,
  type Series,
} from '#backup-set';
import { seriesLock, type Parts } from '#workflows';
import type { AgentConfig } from '#config';
import type { ActionContext, ActionResult } from '../action.js';
import { compose, unlockOf } from '../compose.js';
import { counted } from '../../process/counted.js';

/** Removes backups by a plan with reasons; with `--dry-run` prints the plan and removes nothing. */
export async function prune(context: ActionContext<'prune'>): Promise<ActionResult> {
  const { config, logger, signal } = context;
  await lowerOwnPriority(config.priority, systemCommands);
  const composed = await compose(config, logger);
  try {
    await openContainer(composed.parts.storage, unlockOf(config.secrets), signal);
    const totals = { kept: 0, removed: 0 };
    for (const series of await seriesIn(composed.parts, config, signal)) {
      const held = await composed.parts.exclusively(seriesLock(composed.parts, series.hostname, series.name));
      if (!held)
        throw new Failure('backup.busy', `a backup "${series.name}" of ${series.hostname} is running`, {
          ...series,
        });
      try {
        const { keep, drop } = await pruneSeries(composed.parts, series, context);
        totals.kept += keep;
        totals.removed += drop;
      } finally {
        await held.release();
      }
    }
    const verb = config.dryRun ? 'would be removed' : 'removed';
    return {
      summary: { action: 'prune', state: 'succeeded', exitCode: 0, dryRun: config.dryRun, ...totals },
      lines: [`${counted(totals.removed, 'backup')} ${verb}, ${totals.kept} kept`],
    };
  } finally {
    await composed.close();
  }
}

async function seriesIn(
  { storage }: Parts,
  { hostname, backupName }: AgentConfig<'prune'>,
  signal: AbortSignal,
): Promise<Series[]> {
  const { backups, damaged, unfinished } = await listBackups(storage, { hostname, name: backupName }, signal);
  const all = new Map<string, Series>();
  for (const { hostname, name } of [...backups, ...[...damaged, ...unfinished].map(({ placed }) => placed)]) {
    all.set(`${hostname}\n${name}`, { hostname, name });
  }
  return [...all.values()];
}

async function pruneSeries(
  parts: Parts,
  series: Series,
  { config, reporter, signal }: ActionContext<'prune'>,
) {
  const { storage, writerState, clock } = parts;
  const { backups } = await listBackups(storage, series, signal);
  const plan = planRetention(backups, policyOf(config), clock.now());
  for (const verdict of plan.keep) tell('keep', verdict, reporter);
  for (const verdict of plan.drop) {
    tell('remove', verdict, reporter);
    if (!config.dryRun) await removeBackup(storage, backupFolder(verdict.backup), signal);
  }
  if (!config.dryRun)
    await sweepOrphans(storage, await findOrphans(storage, series, writerState, clock.now(), signal), signal);
  return { keep: plan.keep.length, drop: plan.drop.length };
}

function policyOf({ removeOlderThan, removeFromDate, keepLast }: AgentConfig<'prune'>) {
  return {
    ...(removeOlderThan === undefined ? {} : { removeOlderThanDays: removeOlderThan }),
    ...(removeFromDate === undefined ? {} : { removeBefore: removeFromDate }),
    ...(keepLast === undefined ? {} : { keepLast }),
  };
}

function tell(
  verdict: 'keep' | 'remove',
  { backup, reasons }: RetentionVerdict,
  reporter: ActionContext<'prune'>['reporter'],
): void {
  const text = `${verdict.padEnd(6)} ${backup.id} level ${backup.level} "${backup.name}": ${reasons.join('; ')}`;
  reporter.item(verdict, { ...backup, reasons }, text);
}
