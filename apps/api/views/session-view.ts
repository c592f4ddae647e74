import type { Session } from '#domain';
import type { SessionView } from '#node-protocol';
import { text } from './text.js';

export function sessionView({ userId: _userId, ...session }: Session): SessionView {
  const jobs = Object.entries(session.jobs).map(([id, job]) => [
    id,
    { ...job, startedAt: text(job.startedAt), endedAt: text(job.endedAt) },
  ]);
  return {
    ...session,
    jobs: Object.fromEntries(jobs) as SessionView['jobs'],
    startedAt: text(session.startedAt),
    endedAt: text(session.endedAt),
    createdAt: text(session.createdAt),
    updatedAt: text(session.updatedAt),
  };
}
