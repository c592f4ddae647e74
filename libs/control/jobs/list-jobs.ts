import type { Actor, JobStatus } from '#domain';
import type { ProjectId, SessionId } from '#kernel';
import type { Page } from '#metadata';
import { acting } from '../acting.js';
import type { ControlParts, JobWithActions, ListOptions } from '../parts.js';
import { allWithActions } from './with-actions.js';

export interface JobListOptions extends ListOptions {
  readonly clientId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly status?: JobStatus | undefined;
  readonly newestFirst?: boolean | undefined;
  /** Those of every project, for administrators. */
  readonly everywhere?: boolean | undefined;
}

export async function listJobs(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  { clientId, sessionId, status, newestFirst, everywhere = false, offset, limit }: JobListOptions = {},
): Promise<Page<JobWithActions>> {
  return acting(parts, actor, everywhere ? 'administer' : 'look', project, async (stores) => {
    const where = {
      ...{ clientId, sessionId: sessionId as SessionId | undefined },
      ...(!everywhere && { project }),
      ...(status && { statuses: [status] }),
    };
    const { rows, total } = await stores.jobs.list({ where, newestFirst, offset, limit });
    return { rows: await allWithActions(stores, rows), total };
  });
}
