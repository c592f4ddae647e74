import { reviseJob, type Actor } from '#domain';
import type { ActionId, ProjectId } from '#kernel';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { refuseWhereFileHasSay } from './jobs-of-action.js';
import { lockWithJobs } from './lock-actions.js';

/** Removes an action, also from the jobs that use it, which may be left without any. False when there was none. */
export async function deleteAction(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: ActionId,
): Promise<boolean> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const { action, jobs } = await lockWithJobs(stores, id);
    if (action?.project !== project) return false;
    refuseWhereFileHasSay(action, jobs);
    for (const job of jobs) {
      const actions = job.actions.filter((each) => each !== id);
      await stores.jobs.update(reviseJob(job, { ...job, actions }, false, parts.clock.now()));
    }
    return stores.actions.remove(id);
  });
}
