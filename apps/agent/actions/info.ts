import { formatBytes } from '#config';
import { restorePoints } from '#domain';
import { listBackups, listSlots, openContainer, type ListedBackup } from '#backup-set';
import type { ActionContext, ActionResult } from '../action.js';
import { compose } from '../compose.js';
import { upkeepFacts } from '../upkeep-facts.js';
import { counted } from '../../process/counted.js';

/** What is in a container: sizes, counts, keys. Needs no passphrase. */
export async function info({
  config,
  reporter,
  signal,
  logger,
}: ActionContext<'info'>): Promise<ActionResult> {
  const composed = await compose(config, { logger, reporter });
  try {
    const { storage } = composed.parts;
    const container = await openContainer(storage, undefined, signal);
    const { listed, backups, damaged, unfinished } = await listBackups(storage, {}, signal);
    const count = { damaged: damaged.length, unfinished: unfinished.length };
    const slots = container.encrypted ? await listSlots(storage, container.id, signal) : [];
    const sum = (of: (listed: ListedBackup) => number) =>
      [...listed.values()].reduce((total, each) => total + of(each), 0);
    const points = restorePoints(backups);
    const { verified, held } = await upkeepFacts(storage, backups, composed.parts.clock.now(), signal);
    const [lastVerified] = [...verified.values()].sort((a, b) => b.at.getTime() - a.at.getTime());
    const facts = {
      container: container.id,
      created: container.created.toISOString(),
      format: 1,
      encrypted: container.encrypted,
      keySlots: slots.length,
      backups: backups.length,
      restorePoints: points.filter(({ whole }) => whole).length,
      series: new Set(backups.map(({ hostname, name }) => `${hostname}\n${name}`)).size,
      newest: points[0]?.backup.startedAt.toISOString(),
      neverVerified: backups.filter(({ id }) => !verified.has(id)).length,
      lastVerified: lastVerified?.at.toISOString(),
      held: held.size,
      contentBytes: sum(({ read }) => read.manifest.totals.contentBytes),
      storedBytes: sum(({ read }) => read.manifest.totals.storedBytes),
      ...count,
    };
    return {
      summary: { action: 'info', state: 'succeeded', exitCode: 0, ...facts },
      lines: [
        `container ${facts.container}, made ${facts.created}, ${facts.encrypted ? `encrypted, ${counted(facts.keySlots, 'key slot')}` : 'not encrypted'}`,
        `${counted(facts.restorePoints, 'restore point')} of ${counted(facts.series, 'name')}${facts.newest ? `, newest ${facts.newest}` : ''}`,
        `${formatBytes(facts.contentBytes)} of files in ${formatBytes(facts.storedBytes)} stored`,
        lastVerified
          ? `last verified ${facts.lastVerified} (${lastVerified.scope}); ${facts.neverVerified} of ${counted(backups.length, 'backup')} never`
          : 'never verified',
        ...(held.size > 0 ? [`${counted(held.size, 'backup')} held`] : []),
        ...(count.damaged > 0 ? [`${count.damaged} damaged backups: see "firn-agent verify"`] : []),
        ...(count.unfinished > 0
          ? [`${count.unfinished} unfinished backups (being written, or swept by the next one)`]
          : []),
      ],
    };
  } finally {
    await composed.close();
  }
}
