import type { Action, Actor } from '#domain';
import type { ProjectId } from '#kernel';
import type { Page } from '#metadata';
import { acting } from '../acting.js';
import type { ControlParts, ListOptions } from '../parts.js';

export async function listActions(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  { offset, limit }: ListOptions = {},
): Promise<Page<Action>> {
  return acting(parts, actor, 'look', project, (stores) =>
    stores.actions.list({ where: { project }, offset, limit }),
  );
}
