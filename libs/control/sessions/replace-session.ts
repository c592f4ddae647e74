import type { Actor, Session } from '#domain';
import { Failure, type ProjectId, type SessionId } from '#kernel';
import type { SessionRequest } from '#node-protocol';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { refuseProblems } from '../problems.js';
import { emptySession } from './create-session.js';
import { changedSession, HOLD_OFF } from './session-spec.js';

/** Puts a session in the place of the one with that id, or makes it. Its jobs, tag and state stay. */
export async function replaceSession(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: SessionId,
  request: SessionRequest,
): Promise<{ session: Session; created: boolean }> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const now = parts.clock.now();
    const differs = request.id !== undefined && request.id !== id;
    refuseProblems('session', differs ? [{ path: 'id', message: `must be "${id}", or missing` }] : []);
    const before = await stores.sessions.get(id, 'lock');
    if (before && before.project !== project) {
      throw new Failure('metadata.duplicate', `there is a session "${id}" already`, { id });
    }
    const unsaid = { description: '', schedule: {}, holdOff: HOLD_OFF };
    const base = { ...(before ?? emptySession(id, project, actor, now)), ...unsaid };
    const session = changedSession(base, request, now);
    await (before ? stores.sessions.update(session) : stores.sessions.insert(session));
    return { session, created: before === undefined };
  });
}
