import {
  createJob,
  getJob,
  recordJobState,
  replaceJob,
  sendJobEvent,
  updateJob,
  type ControlParts,
  type JobWithActions,
} from '#control';
import { mayDo, requirePermission, type Actor } from '#domain';
import type { JobId, ProjectId } from '#kernel';
import { jobSpecOfFreezer } from '#node-protocol';
import { jobPatchOf, type FreezerJobPatch } from './documents/job-document.js';
import { jobStateOf, stateReportOf } from './documents/job-state.js';
import { checkDemand } from './job-checks.js';
import { hasSchedulerOfOurs } from './has-scheduler.js';

// A job document of Freezer says two things: what is wished, and how far it has come. Here they go their ways.

/** Makes a job. One that the document calls stopped or completed is made, and waits to be started. */
export async function createFreezerJob(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  document: unknown,
): Promise<JobWithActions> {
  const spec = jobSpecOfFreezer(document);
  const { status, result, event } = stateReportOf(document);
  await checkDemand(parts, actor, project, spec);
  const job = await createJob(parts, actor, project, spec);
  const { id } = job.job;
  if (status === 'stopped' || status === 'completed') {
    await recordJobState(parts, actor, project, id, { status, result });
  }
  // It starts by itself.
  if (event === 'stop' || event === 'abort') await sendJobEvent(parts, actor, project, id, event);
  return job;
}

/** Puts a job in the place of the one with this id, or makes it. What it says of a state is passed over. */
export async function replaceFreezerJob(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: JobId,
  document: unknown,
): Promise<void> {
  const { id: _id, ...spec } = jobSpecOfFreezer(document);
  stateReportOf(document);
  await checkDemand(parts, actor, project, spec);
  await replaceJob(parts, actor, project, id, spec);
}

/** Changes what the document says: the wish, then the state that a scheduler reports, then the event that is wished. */
export async function updateFreezerJob(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: JobId,
  document: FreezerJobPatch,
): Promise<void> {
  // Whoever only looks is refused also when nothing would change.
  if (!mayDo(actor, 'report', project)) requirePermission(actor, 'change', project);
  const report = stateReportOf(document);
  const { job, actions } = await getJob(parts, actor, project, id);
  const patch = jobPatchOf(document, job);
  if (patch) {
    if (patch.clientId !== undefined || patch.actions !== undefined) {
      const clientId = patch.clientId ?? job.clientId;
      await checkDemand(parts, actor, project, { clientId, actions: patch.actions ?? actions });
    }
    await updateJob(parts, actor, project, id, patch);
  }
  const state = jobStateOf(report, job);
  if (state && !(await hasSchedulerOfOurs(parts, actor, project, job.clientId))) {
    await recordJobState(parts, actor, project, id, state);
  }
  const { event } = report;
  if (event && event !== job.event) await sendJobEvent(parts, actor, project, id, event);
}
