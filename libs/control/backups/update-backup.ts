import type { Actor, BackupRecord } from '#domain';
import type { ProjectId, RecordId } from '#kernel';
import type { BackupPatch } from '#node-protocol';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import type { ControlParts } from '../parts.js';

/** Changes what is remembered of a backup: keys of its metadata that are given are put over the others. */
export async function updateBackup(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: RecordId,
  { status, metadata }: BackupPatch,
): Promise<BackupRecord> {
  return acting(parts, actor, ['change', 'report'], project, async (stores) => {
    const before = inProject(await stores.backups.get(id, 'lock'), project, 'backup.not-recorded', id);
    const record: BackupRecord = {
      ...before,
      status: status ?? before.status,
      metadata: { ...before.metadata, ...metadata },
      updatedAt: parts.clock.now(),
    };
    await stores.backups.update(record);
    return record;
  });
}
