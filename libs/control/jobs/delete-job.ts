import type { Actor } from '#domain';
import type { JobId, ProjectId } from '#kernel';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { cancelActiveRuns } from '../runs/cancel-active-runs.js';
import { leaveSession } from '../sessions/session-members.js';
import { requireApiSay } from './api-say.js';
import { dropUnused } from './drop-actions.js';

/**
 * Removes a job, with those of its actions that were written out in a job and that no other job uses; false when there
 * was none. What runs of it is cancelled; its runs and backups stay. A job that a file says is refused with `input.invalid`.
 */
export async function deleteJob(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: JobId,
): Promise<boolean> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const job = await stores.jobs.get(id, 'lock');
    if (job?.project !== project) return false;
    requireApiSay(job, 'remove that file');
    const now = parts.clock.now();
    await cancelActiveRuns(stores, id, actor, now);
    await leaveSession(stores, job.sessionId, job, now);
    const removed = await stores.jobs.remove(id);
    await dropUnused(stores, job.actions);
    return removed;
  });
}
