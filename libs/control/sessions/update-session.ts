import type { Actor, Session } from '#domain';
import type { ProjectId, SessionId } from '#kernel';
import type { SessionPatch } from '#node-protocol';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import type { ControlParts } from '../parts.js';
import { changedSession } from './session-spec.js';

/** Changes what is given. The jobs of the session keep their schedules: they took them over when they were added. */
export async function updateSession(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: SessionId,
  patch: SessionPatch,
): Promise<Session> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const before = inProject(await stores.sessions.get(id, 'lock'), project, 'session.missing', id);
    const session = changedSession(before, patch, parts.clock.now());
    await stores.sessions.update(session);
    return session;
  });
}
