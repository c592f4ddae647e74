import { formatBytes } from '#config';
import { restorePoints } from '#domain';
import { listBackups, openContainer } from '#backup-set';
import type { ActionContext, ActionResult } from '../action.js';
import { compose } from '../compose.js';
import { table } from '../../process/table.js';

/** Lists restore points, newest first. Needs no passphrase. */
export async function list({
  config,
  reporter,
  signal,
  logger,
}: ActionContext<'list'>): Promise<ActionResult> {
  const composed = await compose(config, logger);
  try {
    await openContainer(composed.parts.storage, undefined, signal);
    const series = { hostname: config.hostname, name: config.backupName };
    const { listed, backups, damaged } = await listBackups(composed.parts.storage, series, signal);
    const points = restorePoints(backups);
    const rows = points.map(({ backup, whole, flaw }) => {
      const totals = listed.get(backup.id)?.read.manifest.totals;
      reporter.item('restore-point', { ...backup, whole, flaw, ...totals }, '');
      return [
        backup.id,
        backup.startedAt.toISOString(),
        String(backup.level),
        backup.hostname,
        backup.name,
        String(totals?.files ?? 0),
        formatBytes(totals?.contentBytes ?? 0),
        formatBytes(totals?.storedBytes ?? 0),
        whole
          ? (totals?.skipped ?? 0) > 0
            ? `${totals?.skipped} skipped`
            : 'whole'
          : `broken: ${flaw ?? ''}`,
      ];
    });
    for (const { placed, failure } of damaged) {
      reporter.warning(
        'damaged',
        { ...placed, message: failure.message },
        `backup ${placed.id} is damaged: ${failure.message}`,
      );
    }
    return {
      summary: {
        action: 'list',
        state: 'succeeded',
        exitCode: 0,
        restorePoints: points.length,
        damaged: damaged.length,
      },
      lines: rows.length === 0 ? ['no restore points'] : table(HEAD, rows),
    };
  } finally {
    await composed.close();
  }
}

const HEAD = ['ID', 'TIME', 'LEVEL', 'HOST', 'NAME', 'FILES', 'BYTES', 'STORED', 'STATE'];
