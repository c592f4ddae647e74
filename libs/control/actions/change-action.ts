import type { Action, Job } from '#domain';
import type { Stores } from '#metadata';
import type { ControlParts } from '../parts.js';
import { changedAction, doesTheSame, type Doing } from './action-of.js';
import { checkAction, refuseWhereFileHasSay, reviseJobsOf } from './jobs-of-action.js';

/**
 * Changes an action, and raises the revision of the jobs that use it; all are locked. The same again changes nothing.
 */
export async function changeAction(
  parts: ControlParts,
  stores: Stores,
  { action: before, jobs }: { readonly action: Action; readonly jobs: readonly Job[] },
  doing: Partial<Doing>,
): Promise<Action> {
  const now = parts.clock.now();
  const action = changedAction(before, doing, now);
  refuseWhereFileHasSay(before, jobs);
  await checkAction(parts, stores, action, jobs);
  if (doesTheSame(before, action)) return before;
  await stores.actions.update(action);
  await reviseJobsOf(stores, jobs, now);
  return action;
}
