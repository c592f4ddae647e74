import { beat, type Actor, type Run } from '#domain';
import type { ProjectId, RunId } from '#kernel';
import type { HeartbeatRequest } from '#node-protocol';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { lockedRun, requireRunOf, runsOn } from './job-of-run.js';

/**
 * Keeps a run alive; `cancel` tells its holder to stop it. One that was given up lives again. Rejects with `run.missing`,
 * `run.lease-lost` when somebody else has taken the run, `run.transition-invalid` when it has ended.
 */
export async function heartbeatRun(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: RunId,
  request: HeartbeatRequest,
): Promise<{ run: Run; cancel: boolean }> {
  return acting(parts, actor, 'report', project, async (stores) => {
    const now = parts.clock.now();
    const { run: before, job } = await lockedRun(stores, id);
    await requireRunOf(stores, project, before);
    const run = beat(before, request, parts.leaseMs, now);
    await stores.runs.update(run);
    if (before.state === 'lost') await runsOn(stores, job, run, now);
    return { run, cancel: run.cancelRequestedAt !== undefined };
  });
}
