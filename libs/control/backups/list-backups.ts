import type { Actor, BackupRecord } from '#domain';
import type { JobId, ProjectId, RunId } from '#kernel';
import type { Page } from '#metadata';
import { acting } from '../acting.js';
import type { ControlParts, ListOptions } from '../parts.js';

export interface BackupListOptions extends ListOptions {
  readonly clientId?: string | undefined;
  readonly jobId?: string | undefined;
  readonly runId?: string | undefined;
  readonly backupName?: string | undefined;
  readonly container?: string | undefined;
  readonly newestFirst?: boolean | undefined;
}

export async function listBackups(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  { clientId, jobId, runId, backupName, container, newestFirst, offset, limit }: BackupListOptions = {},
): Promise<Page<BackupRecord>> {
  const where = {
    ...{ project, clientId, jobId: jobId as JobId | undefined, runId: runId as RunId | undefined },
    ...{ backupName, container },
  };
  return acting(parts, actor, 'look', project, (stores) =>
    stores.backups.list({ where, newestFirst, offset, limit }),
  );
}
