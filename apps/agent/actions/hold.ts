import { chooseRestorePoint } from '#domain';
import { Failure, systemClock } from '#kernel';
import { holdBackup, holdInWords, listBackups, openContainer, releaseHold } from '#backup-set';
import { seriesLock } from '#workflows';
import type { ActionContext, ActionResult } from '../action.js';
import { compose } from '../compose.js';
import { namedHost } from '../series.js';

/** Keeps a backup, and with it all it stands on, from being pruned; or with `--release` no longer. Needs no key. */
export async function hold({
  config,
  reporter,
  signal,
  logger,
}: ActionContext<'hold'>): Promise<ActionResult> {
  const { until, reason } = config;
  if (until && until <= systemClock.now()) {
    throw new Failure('input.invalid', `a hold cannot end at ${until.toISOString()}, which has passed`, {
      until,
    });
  }
  const composed = await compose(config, { logger, reporter });
  const { storage, clock, exclusively } = composed.parts;
  try {
    await openContainer(storage, undefined, signal);
    const wanted = { hostname: namedHost(config), name: config.backupName };
    const { backups } = await listBackups(storage, wanted, signal);
    const { backup } = chooseRestorePoint(backups, { id: config.backupId });
    const { id, hostname, name, level } = backup;
    // A prune that has begun may not know of it.
    const alone = await exclusively(seriesLock(hostname, name));
    if (!alone)
      throw new Failure('backup.busy', `a backup "${name}" of ${hostname} is running`, { hostname, name });
    try {
      if (config.release) await releaseHold(storage, backup, signal);
      else await holdBackup(storage, backup, { ...config, now: clock.now() }, signal);
    } finally {
      await alone.release();
    }
    const held = holdInWords({ backup: id, until, reason }, clock.now());
    return {
      summary: {
        ...{ action: 'hold', state: 'succeeded', exitCode: 0 },
        ...{ backup: id, hostname, name, level, held: !config.release, until, reason },
      },
      lines: [`backup ${id} level ${level} "${name}" is ${config.release ? 'not held any more' : held}`],
    };
  } finally {
    await composed.close();
  }
}
