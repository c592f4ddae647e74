import type { Actor } from '#domain';
import { Failure, type JobId, type Problem, type ProjectId } from '#kernel';
import type { JobSpec } from '#node-protocol';
import { acting } from '../acting.js';
import type { ControlParts, JobWithActions } from '../parts.js';
import { requireApiSay } from './api-say.js';
import { newDraft } from './job-draft.js';
import { writeJob } from './write-job.js';

/** Puts a job in the place of the one with that id, or makes it. Its state and its activation stay. `found`: as `createJob`. */
export async function replaceJob(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: JobId,
  spec: JobSpec,
  found: readonly Problem[] = [],
): Promise<{ job: JobWithActions; created: boolean }> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const before = await stores.jobs.get(id, 'lock');
    if (before && before.project !== project) {
      throw new Failure('job.exists', `there is a job "${id}" already`, { id });
    }
    if (before) requireApiSay(before, 'change it there');
    const differs = spec.id !== undefined && spec.id !== id;
    const further = differs ? [...found, { path: 'id', message: `must be "${id}", or missing` }] : found;
    const job = await writeJob({ parts, stores, actor, project }, newDraft(id, spec, before), further);
    return { job, created: before === undefined };
  });
}
