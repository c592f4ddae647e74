import type { Actor } from '#domain';
import type { JobId, Problem, ProjectId } from '#kernel';
import type { JobPatch } from '#node-protocol';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import type { ControlParts, JobWithActions } from '../parts.js';
import { requireApiSay } from './api-say.js';
import { changedDraft } from './job-draft.js';
import { writeJob } from './write-job.js';

/** Changes what is given; the rest, its schedule too, stays. A job that a file says is refused with `input.invalid`.
 * `found`: as `createJob`. */
export async function updateJob(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: JobId,
  patch: JobPatch,
  found: readonly Problem[] = [],
): Promise<JobWithActions> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const before = inProject(await stores.jobs.get(id, 'lock'), project, 'job.missing', id);
    requireApiSay(before, 'change it there');
    return writeJob({ parts, stores, actor, project }, changedDraft(before, patch), found);
  });
}
