import { isActive, requestCancel, type Actor, type Run } from '#domain';
import type { JobId } from '#kernel';
import type { Stores } from '#metadata';

/** Asks for the end of everything that runs of a job, which is locked. Tells those that ended at once. */
export async function cancelActiveRuns(
  stores: Stores,
  jobId: JobId,
  actor: Actor,
  now: Date,
): Promise<readonly Run[]> {
  const { rows } = await stores.runs.list({ where: { jobId, states: ['claimed', 'running'] } });
  const ended: Run[] = [];
  for (const { id } of rows) {
    const run = await stores.runs.get(id, 'lock');
    if (!run || !isActive(run.state)) continue;
    const asked = requestCancel(run, actor.name, now);
    await stores.runs.update(asked);
    if (!isActive(asked.state)) ended.push(asked);
  }
  return ended;
}
