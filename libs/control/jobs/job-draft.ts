import type { Job } from '#domain';
import type { JobId, SessionId } from '#kernel';
import type { JobPatch, JobSpec } from '#node-protocol';
import type { JobDraft } from './write-job.js';

/** A job as a whole document says it. To which session it belongs stays where nothing is said of it. */
export function newDraft(id: JobId, spec: JobSpec, before: Job | undefined): JobDraft {
  return {
    id,
    before,
    clientId: spec.clientId,
    description: spec.description ?? '',
    actions: spec.actions,
    schedule: spec.schedule ?? {},
    sessionId: (spec.sessionId as SessionId | undefined) ?? before?.sessionId,
    sessionTag: spec.sessionTag,
  };
}

/** A job with what is given changed. */
export function changedDraft(before: Job, patch: JobPatch): JobDraft {
  return {
    id: before.id,
    before,
    clientId: patch.clientId ?? before.clientId,
    description: patch.description ?? before.description,
    actions: patch.actions ?? before.actions.map((id) => ({ id })),
    schedule: patch.schedule ?? before.schedule,
    sessionId: (patch.sessionId as SessionId | undefined) ?? before.sessionId,
    sessionTag: patch.sessionTag,
  };
}
