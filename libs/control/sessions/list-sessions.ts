import type { Actor, Session } from '#domain';
import type { ProjectId } from '#kernel';
import type { Page } from '#metadata';
import { acting } from '../acting.js';
import type { ControlParts, ListOptions } from '../parts.js';

export async function listSessions(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  { offset, limit }: ListOptions = {},
): Promise<Page<Session>> {
  return acting(parts, actor, 'look', project, (stores) =>
    stores.sessions.list({ where: { project }, offset, limit }),
  );
}
