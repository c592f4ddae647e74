import { formatBytes } from '#config';
import { restorePoints } from '#domain';
import { listBackups, openContainer } from '#backup-set';
import type { ActionContext, ActionResult } from '../action.js';
import { compose } from '../compose.js';
import { upkeepFacts, verifiedInShort } from '../upkeep-facts.js';
import { table } from '../../process/table.js';

/** Lists restore points, newest first. Needs no passphrase. */
export async function list({
  config,
  reporter,
  signal,
  logger,
}: ActionContext<'list'>): Promise<ActionResult> {
  const composed = await compose(config, { logger, reporter });
  try {
    await openContainer(composed.parts.storage, undefined, signal);
    const series = { hostname: config.hostname, name: config.backupName };
    const { listed, backups, damaged } = await listBackups(composed.parts.storage, series, signal);
    const points = restorePoints(backups);
    const now = composed.parts.clock.now();
    const { verified, held } = await upkeepFacts(composed.parts.storage, backups, now, signal);
    const anyLabels = backups.some(({ labels = [] }) => labels.length > 0);
    const rows = points.map(({ backup, whole, flaw }) => {
      const totals = listed.get(backup.id)?.read.manifest.totals;
      const lastVerified = verified.get(backup.id);
      const hold = held.get(backup.id);
      reporter.item('restore-point', { ...backup, whole, flaw, ...totals, lastVerified, hold }, '');
      const skipped = totals?.skipped ?? 0;
      const state = whole ? (skipped > 0 ? `${skipped} skipped` : 'whole') : `broken: ${flaw ?? ''}`;
      return [
        backup.id,
        backup.startedAt.toISOString(),
        String(backup.level),
        backup.hostname,
        backup.name,
        ...(anyLabels ? [(backup.labels ?? []).join(', ')] : []),
        String(totals?.files ?? 0),
        formatBytes(totals?.contentBytes ?? 0),
        formatBytes(totals?.storedBytes ?? 0),
        verifiedInShort(lastVerified),
        hold === undefined ? state : `${state}, ${hold}`,
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
      lines: rows.length === 0 ? ['no restore points'] : table(headOf(anyLabels), rows),
    };
  } finally {
    await composed.close();
  }
}

function headOf(anyLabels: boolean): readonly string[] {
  const labels = anyLabels ? ['LABELS'] : [];
  return ['ID', 'TIME', 'LEVEL', 'HOST', 'NAME', ...labels, 'FILES', 'BYTES', 'STORED', 'VERIFIED', 'STATE'];
}
