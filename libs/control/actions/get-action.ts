import type { Action, Actor } from '#domain';
import type { ActionId, ProjectId } from '#kernel';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import type { ControlParts } from '../parts.js';

export async function getAction(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: ActionId,
): Promise<Action> {
  return acting(parts, actor, 'look', project, async (stores) =>
    inProject(await stores.actions.get(id), project, 'action.missing', id),
  );
}
