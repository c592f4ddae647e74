import type { BackupRecord } from '#domain';
import type { BackupView } from '#node-protocol';
import { text } from './text.js';

/** What people look for first is taken out of the metadata. */
export function backupView(record: BackupRecord): BackupView {
  const { metadata } = record;
  const word = (key: string) => {
    const value = metadata[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const level = metadata['level'] ?? metadata['curr_backup_level'];
  return {
    id: record.id,
    project: record.project,
    clientId: record.clientId,
    jobId: record.jobId,
    runId: record.runId,
    status: record.status,
    storedId: word('backup_id'),
    backupName: word('backup_name'),
    hostname: word('hostname'),
    container: word('container'),
    storage: word('storage'),
    level: Number.isInteger(level) ? (level as number) : undefined,
    metadata,
    createdAt: text(record.createdAt),
    updatedAt: text(record.updatedAt),
  };
}
