import type { Actor, Session } from '#domain';
import type { ProjectId, SessionId } from '#kernel';
import type { SessionRequest } from '#node-protocol';
import { acting } from '../acting.js';
import { newId, type ControlParts } from '../parts.js';
import { changedSession, HOLD_OFF } from './session-spec.js';

/** Makes a session without jobs. Rejects with `metadata.duplicate` when its id is taken. */
export async function createSession(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  request: SessionRequest,
): Promise<Session> {
  const now = parts.clock.now();
  const id = (request.id as SessionId | undefined) ?? newId<'session'>(parts);
  return acting(parts, actor, 'change', project, async (stores) => {
    const session = changedSession(emptySession(id, project, actor, now), request, now);
    await stores.sessions.insert(session);
    return session;
  });
}

/** A session of which nothing is said yet. */
export function emptySession(id: SessionId, project: ProjectId, actor: Actor, now: Date): Session {
  return {
    ...{ id, project, userId: actor.userId, description: '', schedule: {}, jobs: {}, tag: 0 },
    ...{ holdOff: HOLD_OFF, status: 'active', result: '', createdAt: now, updatedAt: now },
  };
}
