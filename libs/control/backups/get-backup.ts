import type { Actor, BackupRecord } from '#domain';
import type { ProjectId, RecordId } from '#kernel';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import type { ControlParts } from '../parts.js';

export async function getBackup(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: RecordId,
): Promise<BackupRecord> {
  return acting(parts, actor, 'look', project, async (stores) =>
    inProject(await stores.backups.get(id), project, 'backup.not-recorded', id),
  );
}
