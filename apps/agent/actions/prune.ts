import { lowerOwnPriority, systemCommands } from '#host';
import { exitCodes, Failure } from '#kernel';
import { listBackups, openContainer, prune as pruneSeries, type PruneEvent, type Series } from '#backup-set';
import { seriesLock, type Parts } from '#workflows';
import type { AgentConfig } from '#config';
import type { ActionContext, ActionResult } from '../action.js';
import { compose, unlockOf } from '../compose.js';
import { PruneTeller } from '../output/prune-teller.js';
import { retentionPolicyOf } from '../retention-policy-of.js';

/**
 * Removes backups by a plan with reasons; with `--dry-run` prints the plan and removes nothing. Exit code 3 when the
 * storage holds something that was to go.
 */
export async function prune(context: ActionContext<'prune'>): Promise<ActionResult> {
  const { config, logger, reporter, signal } = context;
  await lowerOwnPriority(config.priority, systemCommands);
  const composed = await compose(config, { logger, reporter });
  const teller = new PruneTeller(reporter, config.dryRun);
  try {
    await openContainer(composed.parts.storage, unlockOf(config.secrets), signal);
    for (const series of await seriesIn(composed.parts, config, signal)) {
      for await (const event of pruneAlone(composed.parts, series, config, signal)) teller.tell(event);
    }
    return result(teller, config.dryRun);
  } finally {
    await composed.close();
  }
}

/** The series with the filter's hostname and name, whatever is there of them. */
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

async function* pruneAlone(
  { storage, writerState, clock, exclusively }: Parts,
  series: Series,
  config: AgentConfig<'prune'>,
  signal: AbortSignal,
): AsyncGenerator<PruneEvent> {
  const held = await exclusively(seriesLock(series.hostname, series.name));
  if (!held)
    throw new Failure('backup.busy', `a backup "${series.name}" of ${series.hostname} is running`, {
      ...series,
    });
  try {
    const order = { series, policy: retentionPolicyOf(config), dryRun: config.dryRun };
    yield* pruneSeries({ storage, writerState, now: clock.now() }, order, signal);
  } finally {
    await held.release();
  }
}

function result({ totals, firstHeld, lines }: PruneTeller, dryRun: boolean): ActionResult {
  const incomplete = firstHeld !== undefined;
  return {
    summary: {
      action: 'prune',
      state: incomplete ? 'incomplete' : 'succeeded',
      exitCode: incomplete ? exitCodes.partial : 0,
      dryRun,
      ...totals,
    },
    lines,
    failure: firstHeld,
  };
}
