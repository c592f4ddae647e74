import type { Job, SessionJob } from '#domain';
import type { SessionId } from '#kernel';
import type { Stores } from '#metadata';

/** Has the session of a job know it, as it is now. */
export async function joinSession(stores: Stores, job: Job, now: Date): Promise<void> {
  const session = job.sessionId && (await stores.sessions.get(job.sessionId, 'lock'));
  if (!session) return;
  const jobs = { ...session.jobs, [job.id]: memberOf(job) };
  await stores.sessions.update({ ...session, jobs, updatedAt: now });
}

/** Has a session forget a job. */
export async function leaveSession(
  stores: Stores,
  sessionId: SessionId | undefined,
  job: Pick<Job, 'id'>,
  now: Date,
): Promise<void> {
  const session = sessionId && (await stores.sessions.get(sessionId, 'lock'));
  if (!session || !(job.id in session.jobs)) return;
  const { [job.id]: _, ...jobs } = session.jobs;
  await stores.sessions.update({ ...session, jobs, updatedAt: now });
}

function memberOf({ clientId, status, result, startedAt, endedAt }: Job): SessionJob {
  return { clientId, status, result: result ?? '', startedAt, endedAt };
}
