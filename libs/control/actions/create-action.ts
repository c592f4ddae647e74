import type { Action, Actor } from '#domain';
import { Failure, type ActionId, type ProjectId } from '#kernel';
import type { ActionSpec } from '#node-protocol';
import { acting } from '../acting.js';
import { newId, type ControlParts } from '../parts.js';
import { below, refuseProblems } from '../problems.js';
import { actionOf } from './action-of.js';

/** Makes an action that jobs can refer to. Rejects with `action.exists` when its id is taken. */
export async function createAction(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  spec: ActionSpec,
): Promise<Action> {
  return acting(parts, actor, 'change', project, async (stores) => {
    refuseProblems('action', below('settings', parts.settingsProblems(spec.settings)));
    const id = (spec.id as ActionId | undefined) ?? newId<'action'>(parts);
    if (await stores.actions.get(id)) {
      throw new Failure('action.exists', `there is an action "${id}" already`, { id });
    }
    const action = actionOf(spec, { id, project, actor, now: parts.clock.now() });
    await stores.actions.insert(action);
    return action;
  });
}
