import { settle, type Actor, type Run } from '#domain';
import type { ProjectId, RunId } from '#kernel';
import type { ReportRequest } from '#node-protocol';
import { acting } from '../acting.js';
import { recordBackups } from '../backups/record-backups-of-run.js';
import type { ControlParts } from '../parts.js';
import { afterRun, lockedRun, requireRunOf } from './job-of-run.js';

/**
 * Settles a run once, with the backups that it made. The same report again gets the same answer. Rejects with
 * `run.missing`, `run.lease-lost` when somebody else has taken the run, `run.transition-invalid` when it has ended in
 * another way; the backups that were stored all the same can then be told with `recordBackup`.
 */
export async function reportRun(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: RunId,
  request: ReportRequest,
): Promise<Run> {
  return acting(parts, actor, 'report', project, async (stores) => {
    const now = parts.clock.now();
    const { run: before, job } = await lockedRun(stores, id);
    await requireRunOf(stores, project, before);
    const { run, first } = settle(before, request, now);
    if (!first) return run;
    await stores.runs.update(run);
    await recordBackups(stores, actor, run, request.backups, now);
    // What the scheduler does not know of yet, such as another start, may still be to come.
    await afterRun(stores, job, run, request.more || undefined, now);
    return run;
  });
}
