import type { ActionId } from '#kernel';
import type { Stores } from '#metadata';
import { lockActions } from '../actions/lock-actions.js';

/**
 * Removes those of these actions that were written out in a job and that no job uses any more. What was made for itself
 * stays. Call it when the job that used them is stored without them, or removed.
 */
export async function dropUnused(stores: Stores, ids: Iterable<ActionId>): Promise<void> {
  for (const [id, action] of await lockActions(stores, ids)) {
    if (!action.madeFor) continue;
    const { total } = await stores.jobs.list({ where: { action: id }, limit: 1 });
    if (total === 0) await stores.actions.remove(id);
  }
}
