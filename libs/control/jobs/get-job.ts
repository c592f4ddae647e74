import type { Actor } from '#domain';
import type { JobId, ProjectId } from '#kernel';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import type { ControlParts, JobWithActions } from '../parts.js';
import { withActions } from './with-actions.js';

export async function getJob(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: JobId,
): Promise<JobWithActions> {
  return acting(parts, actor, 'look', project, async (stores) =>
    withActions(stores, inProject(await stores.jobs.get(id), project, 'job.missing', id)),
  );
}
