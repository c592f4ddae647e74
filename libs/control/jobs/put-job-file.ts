import { createHash } from 'node:crypto';
import { hasFile, withoutFile, type Actor, type Job } from '#domain';
import { hexId, type JobId, type Problem, type ProjectId } from '#kernel';
import type { Stores } from '#metadata';
import type { JobFileRequest } from '#node-protocol';
import { acting } from '../acting.js';
import type { ControlParts, JobWithActions } from '../parts.js';
import { newDraft } from './job-draft.js';
import { jobsOfFile } from './jobs-of-file.js';
import { withActions } from './with-actions.js';
import { writeJob } from './write-job.js';

/**
 * Makes the job that a file of a client says, or brings it up to date; while the file is there, it has the say. Unless it
 * names an id, the job's id comes from project, client and file, so that it is the same wherever the file is put again.
 * The same digest again changes nothing, except that a job that was stopped because its file was gone goes on.
 */
export async function putJobFile(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  file: string,
  { clientId, digest, job: spec, problems: found = [] }: JobFileRequest,
): Promise<JobWithActions> {
  return acting(parts, actor, 'report', project, async (stores) => {
    const named = spec.id as JobId | undefined;
    const id = named ?? idOfFile(project, clientId, file);
    const taken = await stores.jobs.get(id, 'lock');
    const before = taken && isOf(taken, project, clientId, file) ? taken : undefined;
    if (
      before?.origin.kind === 'file' &&
      hasFile(before) &&
      before.origin.digest === digest &&
      found.length === 0
    ) {
      return withActions(stores, before);
    }
    const draft = { ...newDraft(id, spec, before), file: { file, digest } };
    const problems = fileProblems({
      clientId,
      spec,
      digest,
      taken: taken !== undefined && before === undefined,
    });
    const written = await writeJob({ parts, stores, actor, project }, draft, [...found, ...problems]);
    await stopOthers(stores, { project, clientId, file, id }, parts.clock.now());
    return written;
  });
}

function idOfFile(project: ProjectId, clientId: string, file: string): JobId {
  return hexId(createHash('sha256').update(`${project}\n${clientId}\n${file}`).digest());
}

function isOf(job: Job, project: ProjectId, clientId: string, file: string): boolean {
  const { origin } = job;
  return (
    origin.kind === 'file' && origin.file === file && job.project === project && job.clientId === clientId
  );
}

function fileProblems({
  clientId,
  spec,
  digest,
  taken,
}: Pick<JobFileRequest, 'clientId' | 'digest'> & { spec: JobFileRequest['job']; taken: boolean }): Problem[] {
  const problems: Problem[] = [];
  if (digest === '') problems.push({ path: 'digest', message: 'must not be empty' });
  if (taken) problems.push({ path: 'id', message: `"${spec.id ?? ''}" is taken by another job` });
  if (spec.clientId !== clientId) {
    problems.push({
      path: 'clientId',
      message: `must be "${clientId}": a job file is for the client that has it`,
    });
  }
  return problems;
}

/** A file that names another id than before says another job; the former one has no file any more. */
async function stopOthers(
  stores: Stores,
  { id, ...place }: { project: ProjectId; clientId: string; file: string; id: JobId },
  now: Date,
): Promise<void> {
  for (const other of await jobsOfFile(stores, place)) {
    if (other.id !== id && hasFile(other)) await stores.jobs.update(withoutFile(other, now));
  }
}
