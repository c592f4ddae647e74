import { checkOccurrence, claimRun, jobRuns, jobRunsOn, type Actor, type Job, type Run } from '#domain';
import type { ActionId, JobId, ProjectId } from '#kernel';
import type { Stores } from '#metadata';
import type { ClaimRequest } from '#node-protocol';
import { acting } from '../acting.js';
import { jobOfClient } from '../jobs/job-of-client.js';
import { withActions } from '../jobs/with-actions.js';
import { newId, type ControlParts, type JobWithActions } from '../parts.js';
import { endpointsOf } from '../storages/endpoints-of.js';

/**
 * Gives the run of an occurrence to who claims it, with the job as it is now, and which of its actions name storages that
 * are kept here. The same claim again gets the same run.
 *
 * Rejects with `job.missing` when the client has no such job; `run.already-claimed` when somebody else has the run or it
 * has ended; `run.transition-invalid` when the job is stopped or over, or was started or scheduled anew since that
 * occurrence was worked out; `input.invalid` when no job could have it. None of these is worth another try.
 */
export async function claimOccurrence(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  request: ClaimRequest,
): Promise<{ run: Run; job: JobWithActions; leaseMs: number; storages: readonly ActionId[] }> {
  return acting(parts, actor, 'report', project, async (stores) => {
    const now = parts.clock.now();
    const job = await jobOfClient(stores, project, request.clientId, request.jobId as JobId);
    const existing = await runAt(stores, job, request.occurrence);
    // Sent again, it is the answer that was lost: what has become of the job since does not matter.
    const isRepeated = existing?.claimId === request.claimId;
    if (!isRepeated) checkOccurrence(job, request);

    const claim = {
      ...request,
      jobId: job.id,
      jobRevision: isRepeated ? existing.jobRevision : job.revision,
    };
    const run = claimRun(claim, existing, { id: newId(parts), project: job.project }, parts.leaseMs, now);
    await (existing ? stores.runs.update(run) : stores.runs.insert(run));
    const running = isRepeated ? jobHeardAgain(job, existing, now) : jobRuns(job, now);
    if (running !== job) await stores.jobs.update(running);
    const shown = await withActions(stores, running);
    const storages: ActionId[] = [];
    for (const action of shown.actions) {
      const named = await endpointsOf(parts, stores, job.project, action);
      if (named.length > 0) storages.push(action.id);
    }
    return { run, job: shown, leaseMs: parts.leaseMs, storages };
  });
}

function jobHeardAgain(job: Job, existing: Run, now: Date): Job {
  return existing.state === 'lost' ? jobRunsOn(job, now) : job;
}

async function runAt(stores: Stores, job: Job, occurrence: string): Promise<Run | undefined> {
  const { rows } = await stores.runs.list({ where: { jobId: job.id, occurrence }, limit: 1 });
  return rows[0] && stores.runs.get(rows[0].id, 'lock');
}
