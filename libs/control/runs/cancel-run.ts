import { isActive, requestCancel, type Actor, type Run } from '#domain';
import type { ProjectId, RunId } from '#kernel';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import type { ControlParts } from '../parts.js';
import { afterRun, lockedRun } from './job-of-run.js';

/**
 * Asks for the end of a run; its client stops it and says so. One that nothing is heard of is cancelled at once. Asking
 * again changes nothing. Rejects with `run.transition-invalid` when it has ended in another way.
 */
export async function cancelRun(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: RunId,
): Promise<Run> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const now = parts.clock.now();
    inProject(await stores.runs.get(id), project, 'run.missing', id);
    const { run: before, job } = await lockedRun(stores, id);
    const run = requestCancel(before, actor.name, now);
    if (run === before) return run;
    await stores.runs.update(run);
    if (!isActive(run.state)) await afterRun(stores, job, run, undefined, now);
    return run;
  });
}
