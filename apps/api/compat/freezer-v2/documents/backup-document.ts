import { BACKUP_STATUSES, type BackupRecord } from '#domain';
import { Failure, z } from '#kernel';
import type { BackupPatch } from '#node-protocol';

const status = z.enum(BACKUP_STATUSES);

/** The flat document that an agent makes of a backup. */
export const freezerBackupRequest = z
  .looseObject({
    container: z.string().min(1),
    hostname: z.string().min(1),
    backup_name: z.string().min(1),
    status: status.optional(),
  })
  .meta({ id: 'FreezerBackupRequest' });
export type FreezerBackupRequest = z.infer<typeof freezerBackupRequest>;

export const freezerBackupPatch = z
  .looseObject({ status: status.optional(), backup_metadata: z.record(z.string(), z.unknown()).optional() })
  .meta({ id: 'FreezerBackupPatch' });
export type FreezerBackupPatch = z.infer<typeof freezerBackupPatch>;

export const freezerBackup = z
  .object({
    project_id: z.string(),
    user_id: z.string(),
    backup_id: z.string(),
    status,
    backup_metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'FreezerBackup' });
export type FreezerBackup = z.infer<typeof freezerBackup>;

export function freezerBackupOf(record: BackupRecord): FreezerBackup {
  return {
    project_id: record.project,
    user_id: record.userId,
    backup_id: record.id,
    status: record.status,
    backup_metadata: { ...record.metadata },
  };
}

/** Rejects with `input.invalid` when nothing is said. */
export function backupPatchOf(document: FreezerBackupPatch): BackupPatch {
  const { status, backup_metadata: metadata } = document;
  if (Object.keys(document).length === 0) throw new Failure('input.invalid', 'missing request body');
  return { ...(status && { status }), ...(metadata && { metadata }) };
}
