import type { Actor, Session } from '#domain';
import type { ProjectId, SessionId } from '#kernel';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import type { ControlParts } from '../parts.js';

export async function getSession(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: SessionId,
): Promise<Session> {
  return acting(parts, actor, 'look', project, async (stores) =>
    inProject(await stores.sessions.get(id), project, 'session.missing', id),
  );
}
