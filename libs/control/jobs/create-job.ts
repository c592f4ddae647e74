import type { Actor } from '#domain';
import { Failure, type JobId, type Problem, type ProjectId } from '#kernel';
import type { JobSpec } from '#node-protocol';
import { acting } from '../acting.js';
import { newId, type ControlParts, type JobWithActions } from '../parts.js';
import { newDraft } from './job-draft.js';
import { writeJob } from './write-job.js';

/**
 * Makes a job, and those of its actions that are not there. Rejects with `job.exists` when its id is taken; with
 * `input.invalid` naming everything wrong, and `found`, which is known to be wrong with the document already.
 */
export async function createJob(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  spec: JobSpec,
  found: readonly Problem[] = [],
): Promise<JobWithActions> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const id = (spec.id as JobId | undefined) ?? newId<'job'>(parts);
    if (await stores.jobs.get(id)) throw new Failure('job.exists', `there is a job "${id}" already`, { id });
    return writeJob({ parts, stores, actor, project }, newDraft(id, spec, undefined), found);
  });
}
