import { isLive, requestEvent, type Actor, type Session } from '#domain';
import type { JobId, ProjectId, SessionId } from '#kernel';
import { acting } from '../acting.js';
import { inProject, missing } from '../documents.js';
import type { ControlParts } from '../parts.js';
import { leaveSession } from './session-members.js';

/**
 * Takes a job out of a session and asks for it to be stopped, as Freezer does: by itself it does not go on. It keeps its
 * schedule. Rejects with `job.missing` when the session has no such job.
 */
export async function removeSessionJob(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: SessionId,
  jobId: JobId,
): Promise<Session> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const now = parts.clock.now();
    const session = inProject(await stores.sessions.get(id), project, 'session.missing', id);
    const job = await stores.jobs.get(jobId, 'lock');
    const isMember = job?.project === project && job.sessionId === id;
    if (!isMember && !(jobId in session.jobs)) throw missing('job.missing', jobId);
    if (isMember) {
      const alone = { ...job, sessionId: undefined, sessionTag: 0, updatedAt: now };
      await stores.jobs.update(isLive(job) ? requestEvent(alone, 'stop', now).job : alone);
    }
    // A job that is gone may still be named there.
    await leaveSession(stores, id, { id: jobId }, now);
    return inProject(await stores.sessions.get(id), project, 'session.missing', id);
  });
}
