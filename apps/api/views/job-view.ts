import { describeSchedule, isLive, nextOccurrence, type Action } from '#domain';
import type { JobWithActions } from '#control';
import type { ActionView, JobView } from '#node-protocol';
import { text } from './text.js';

export function actionView(action: Action): ActionView {
  return {
    id: action.id,
    project: action.project,
    settings: action.settings,
    maxRetries: action.maxRetries,
    maxRetriesInterval: action.maxRetriesInterval,
    mandatory: action.mandatory,
    createdAt: text(action.createdAt),
    updatedAt: text(action.updatedAt),
  };
}

/** A job with its actions written out, and when it will run next as seen from `now`. */
export function jobView({ job, actions, timezone }: JobWithActions, now: Date): JobView {
  const schedule = { timezone, ...job.schedule };
  const next = isLive(job) ? nextOccurrence(schedule, job.activation, now) : undefined;
  return {
    id: job.id,
    project: job.project,
    clientId: job.clientId,
    description: job.description,
    actions: actions.map(actionView),
    schedule: job.schedule,
    runs: describeSchedule(schedule),
    nextAt: text(next?.dueAt),
    origin: job.origin,
    activation: { count: job.activation.count, at: text(job.activation.at) },
    event: job.event,
    status: job.status,
    result: job.result,
    startedAt: text(job.startedAt),
    endedAt: text(job.endedAt),
    sessionId: job.sessionId,
    sessionTag: job.sessionTag,
    revision: job.revision,
    createdAt: text(job.createdAt),
    updatedAt: text(job.updatedAt),
  };
}
