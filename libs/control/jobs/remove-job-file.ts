import { hasFile, withoutFile, type Actor } from '#domain';
import type { ProjectId } from '#kernel';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { jobsOfFile } from './jobs-of-file.js';

/**
 * Stops the job of a file that is gone; what runs of it goes on to its end, and its runs and backups stay. From now on it
 * can be changed and deleted through the API. `stopped` is false when there was nothing to stop.
 */
export async function removeJobFile(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  file: string,
  clientId: string,
): Promise<{ stopped: boolean }> {
  return acting(parts, actor, 'report', project, async (stores) => {
    const jobs = await jobsOfFile(stores, { project, clientId, file });
    let stopped = false;
    for (const before of jobs.filter(hasFile)) {
      const job = withoutFile(before, parts.clock.now());
      await stores.jobs.update(job);
      stopped ||= job.status === 'stopped' && before.status !== 'stopped';
    }
    return { stopped };
  });
}
