import type { BackupRecord } from '#domain';

/** What backups are looked up by, out of what the agent told of them. */
export interface StoredNames {
  readonly backupName: string | undefined;
  readonly storedId: string | undefined;
  readonly container: string | undefined;
}

/** Only texts count: anything else there is no name. */
export function storedNames({ metadata }: Pick<BackupRecord, 'metadata'>): StoredNames {
  return {
    backupName: text(metadata['backup_name']),
    storedId: text(metadata['backup_id']),
    container: text(metadata['container']),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
