import type { JobId, ProjectId, RecordId, RunId, UserId } from '#kernel';

export const BACKUP_STATUSES = ['creating', 'available', 'error', 'deleting', 'deleted'] as const;
export type BackupStatus = (typeof BACKUP_STATUSES)[number];

/**
 * A stored backup as the API remembers it. `metadata` is what the agent tells (`--metadata-out`), with Freezer's flat keys:
 * `container`, `hostname`, `backup_name`, `level`, `time_stamp`, `backup_id` …
 */
export interface BackupRecord {
  readonly id: RecordId;
  readonly project: ProjectId;
  readonly userId: UserId;
  readonly clientId?: string | undefined;
  readonly jobId?: JobId | undefined;
  readonly runId?: RunId | undefined;
  readonly status: BackupStatus;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
