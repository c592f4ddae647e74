import { hasFile, reviseJob, withOutlook, type Actor, type Job, type Session } from '#domain';
import type { JobId, ProjectId, SessionId } from '#kernel';
import { acting } from '../acting.js';
import { inProject } from '../documents.js';
import { hasMore } from '../jobs/outlook.js';
import { zoneOf } from '../jobs/with-actions.js';
import type { ControlParts } from '../parts.js';
import { joinSession, leaveSession } from './session-members.js';

/**
 * Has a job run with a session: it takes over tag and schedule, and keeps its state. A session whose schedule says nothing
 * leaves the job its own; so does a job file, which has the say. A job that was in another session leaves it.
 */
export async function addSessionJob(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: SessionId,
  jobId: JobId,
): Promise<Session> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const now = parts.clock.now();
    const before = inProject(await stores.jobs.get(jobId, 'lock'), project, 'job.missing', jobId);
    const session = inProject(await stores.sessions.get(id), project, 'session.missing', id);
    const schedule = scheduleWith(before, session);
    const membership = { sessionId: session.id, sessionTag: session.tag };
    const joined = reviseJob(before, { ...before, ...membership, schedule }, false, now);
    const job = withOutlook(joined, await hasMore(stores, joined, await zoneOf(stores, joined), now), before);
    await stores.jobs.update(job);
    if (before.sessionId !== session.id) await leaveSession(stores, before.sessionId, before, now);
    await joinSession(stores, job, now);
    return inProject(await stores.sessions.get(id), project, 'session.missing', id);
  });
}

function scheduleWith(job: Job, session: Session): Job['schedule'] {
  return hasFile(job) || Object.keys(session.schedule).length === 0 ? job.schedule : session.schedule;
}
