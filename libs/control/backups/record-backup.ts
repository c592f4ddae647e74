import type { Actor, BackupRecord } from '#domain';
import type { ProjectId } from '#kernel';
import type { Stores } from '#metadata';
import type { BackupRequest } from '#node-protocol';
import { acting } from '../acting.js';
import { findClient } from '../clients/find-client.js';
import { newId, type ControlParts } from '../parts.js';
import { refuseProblems } from '../problems.js';
import { readBackup, textIn } from './backup-of.js';

/**
 * Remembers a backup that was made elsewhere. One that is remembered already, by its stored id and its container, is
 * answered as it is. Rejects an unknown client or status with `input.invalid`.
 */
export async function recordBackup(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  { clientId, metadata: told }: BackupRequest,
): Promise<BackupRecord> {
  return acting(parts, actor, ['change', 'report'], project, async (stores) => {
    const { status, metadata, problems } = readBackup(told);
    const known = clientId === undefined || (await findClient(stores, project, clientId));
    const unknown = known ? [] : [{ path: 'clientId', message: `no client "${clientId}"` }];
    refuseProblems('backup', [...unknown, ...problems]);

    const before = await sameStored(stores, project, metadata);
    if (before) return before;
    const now = parts.clock.now();
    const record: BackupRecord = {
      ...{ id: newId<'record'>(parts), project, userId: actor.userId, clientId },
      ...{ status, metadata, createdAt: now, updatedAt: now },
    };
    await stores.backups.insert(record);
    return record;
  });
}

async function sameStored(
  stores: Stores,
  project: ProjectId,
  metadata: BackupRecord['metadata'],
): Promise<BackupRecord | undefined> {
  const storedId = textIn(metadata, 'backup_id');
  const container = textIn(metadata, 'container');
  if (storedId === undefined || container === undefined) return undefined;
  const { rows } = await stores.backups.list({ where: { project, storedId, container } });
  return rows.find((record) => record.metadata['storage'] === metadata['storage']);
}
