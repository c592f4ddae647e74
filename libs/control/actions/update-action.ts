import type { Action, Actor } from '#domain';
import type { ActionId, ProjectId } from '#kernel';
import type { ActionSpec } from '#node-protocol';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import type { ControlParts } from '../parts.js';
import { changeAction } from './change-action.js';
import { lockWithJobs } from './lock-actions.js';

/** Changes what is given; settings are replaced whole. Jobs that use the action get a new revision. */
export async function updateAction(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: ActionId,
  patch: Partial<ActionSpec>,
): Promise<Action> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const { action: found, jobs } = await lockWithJobs(stores, id);
    const action = inProject(found, project, 'action.missing', id);
    return changeAction(parts, stores, { action, jobs }, patch);
  });
}
