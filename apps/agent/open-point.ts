import { chooseRestorePoint, type RestorePoint } from '#domain';
import type { BackupId } from '#kernel';
import { findBackups, openChain, openContainer, type Chain, type ListedBackup } from '#backup-set';
import type { AgentConfig } from '#config';
import type { Parts } from '#workflows';
import { unlockOf } from './compose.js';
import { namedHost } from './series.js';

/** The restore point that `ls` or `cat` is about, and its levels. */
export async function openPoint(
  parts: Parts,
  config: AgentConfig<'ls' | 'cat'>,
  signal: AbortSignal,
): Promise<{ point: RestorePoint; chain: Chain }> {
  const container = await openContainer(parts.storage, unlockOf(config.secrets), signal);
  const hostname = namedHost(config);
  const series = {
    ...(hostname === undefined ? {} : { hostname }),
    ...(config.backupName === undefined ? {} : { name: config.backupName }),
  };
  const listed = new Map<BackupId, ListedBackup>();
  for await (const found of findBackups(parts.storage, series, signal)) {
    if (found.kind === 'backup') listed.set(found.backup.id, found);
  }
  const at = config.restoreFromDate;
  const point = chooseRestorePoint(
    [...listed.values()].map(({ backup }) => backup),
    { id: config.backupId, ...(at ? { at } : {}) },
  );
  return { point, chain: openChain({ ...parts, container }, point, listed) };
}
