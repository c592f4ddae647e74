import { BACKUP_STATUSES, type BackupStatus } from '#domain';
import type { Problem } from '#kernel';

type Told = Readonly<Record<string, unknown>>;

/** What is told of a backup in one flat document, as Freezer does: its status, and all the rest. */
export function readBackup(told: Told): {
  status: BackupStatus;
  metadata: Told;
  problems: readonly Problem[];
} {
  const { status = 'available', ...metadata } = told;
  const known = BACKUP_STATUSES.find((each) => each === status);
  const message = `unknown status "${String(status)}"; known: ${BACKUP_STATUSES.join(', ')}`;
  const problems = known ? [] : [{ path: 'metadata.status', message }];
  return { status: known ?? 'available', metadata, problems };
}

/** A text in the metadata of a backup; what is no text, or empty, is none. */
export function textIn(metadata: Told, key: string): string | undefined {
  const value = metadata[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
