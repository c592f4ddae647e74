import type { Action, Job } from '#domain';
import type { ActionId } from '#kernel';
import type { Stores } from '#metadata';

// Jobs are locked before actions, jobs in order of creation, actions in order of id: so nobody waits in a circle.

/** Those of these actions that are there, locked. */
export async function lockActions(
  stores: Stores,
  ids: Iterable<ActionId>,
): Promise<ReadonlyMap<ActionId, Action>> {
  const actions = new Map<ActionId, Action>();
  for (const id of [...new Set(ids)].sort()) {
    const action = await stores.actions.get(id, 'lock');
    if (action) actions.set(id, action);
  }
  return actions;
}

/** An action and the jobs that use it, all locked; no action when there is none. */
export async function lockWithJobs(
  stores: Stores,
  id: ActionId,
): Promise<{ action: Action | undefined; jobs: readonly Job[] }> {
  const jobs = new Map<string, Job>();
  const lockJobs = async () => {
    const { rows } = await stores.jobs.list({ where: { action: id } });
    for (const row of rows.filter((each) => !jobs.has(each.id))) {
      const job = await stores.jobs.get(row.id, 'lock');
      if (job?.actions.includes(id)) jobs.set(job.id, job);
    }
  };
  await lockJobs();
  const action = await stores.actions.get(id, 'lock');
  // Before that lock was had, one more may have begun to use it.
  await lockJobs();
  return { action, jobs: [...jobs.values()] };
}
