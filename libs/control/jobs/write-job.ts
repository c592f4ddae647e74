import {
  reviseJob,
  withFile,
  withOutlook,
  type Actor,
  type Job,
  type JobOrigin,
  type Schedule,
} from '#domain';
import type { ActionId, JobId, Problem, ProjectId, SessionId } from '#kernel';
import type { Stores } from '#metadata';
import type { JobActionSpec } from '#node-protocol';
import type { ControlParts, JobWithActions } from '../parts.js';
import { refuseProblems } from '../problems.js';
import { joinSession } from '../sessions/session-members.js';
import { dropUnused } from './drop-actions.js';
import { planActions, type PlannedAction } from './job-actions.js';
import { jobProblems } from './job-problems.js';
import { hasMore } from './outlook.js';

/** A job to be stored: new, or in the place of `before`, which is locked. */
export interface JobDraft {
  readonly id: JobId;
  readonly before: Job | undefined;
  readonly clientId: string;
  readonly description: string;
  readonly actions: readonly JobActionSpec[];
  readonly schedule: Schedule;
  readonly sessionId: SessionId | undefined;
  readonly sessionTag: number | undefined;
  /** The file that says so, with its digest; without it, the job stays where it is written down. */
  readonly file?: Omit<JobOrigin & { kind: 'file' }, 'kind'> | undefined;
}

/** Who writes, where and when. */
export interface Writing {
  readonly parts: ControlParts;
  readonly stores: Stores;
  readonly actor: Actor;
  readonly project: ProjectId;
}

/** Stores a job with its actions, or rejects with one `input.invalid` that names everything wrong with it. */
export async function writeJob(
  { parts, stores, actor, project }: Writing,
  draft: JobDraft,
  further: readonly Problem[] = [],
): Promise<JobWithActions> {
  const now = parts.clock.now();
  const { id, before, clientId, schedule, sessionId } = draft;
  const planning = { parts, stores, actor, project, jobId: id, before, now };
  const { planned, problems } = await planActions(planning, draft.actions);
  const checked = await jobProblems(parts, stores, { project, clientId, planned, schedule, sessionId });
  refuseProblems('job', [...further, ...problems, ...checked.problems]);

  const timezone = checked.client?.timezone ?? 'UTC';
  const written = revised(draft, planned, { project, actor, now });
  const job = withOutlook(written, await hasMore(stores, written, timezone, now), before);
  for (const { action, write } of planned) {
    if (write === 'insert') await stores.actions.insert(action);
    if (write === 'update') await stores.actions.update(action);
  }
  await (before ? stores.jobs.update(job) : stores.jobs.insert(job));
  const kept = new Set<ActionId>(job.actions);
  await dropUnused(stores, before?.actions.filter((each) => !kept.has(each)) ?? []);
  if (job.sessionId !== undefined && job.sessionId !== before?.sessionId) await joinSession(stores, job, now);
  return { job, actions: planned.map(({ action }) => action), timezone };
}

function revised(
  draft: JobDraft,
  planned: readonly PlannedAction[],
  { project, actor, now }: { project: ProjectId; actor: Actor; now: Date },
): Job {
  const { id, before, file } = draft;
  const wish = {
    clientId: draft.clientId,
    description: draft.description,
    actions: planned.map(({ action }) => action.id),
    schedule: draft.schedule,
    sessionId: draft.sessionId,
    sessionTag: draft.sessionTag ?? before?.sessionTag ?? 0,
  };
  if (!before) {
    const origin: JobOrigin = file ? { kind: 'file', ...file } : { kind: 'api' };
    return {
      ...{ ...wish, id, project, userId: actor.userId, origin, activation: { count: 1, at: now } },
      ...{ status: 'new', revision: 1, createdAt: now, updatedAt: now },
    };
  }
  const changed = planned.some(({ write }) => write === 'update');
  const job = reviseJob(before, wish, changed, now);
  return file ? withFile(job, file.file, file.digest, now) : job;
}
