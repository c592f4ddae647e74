import type { Client, Job } from '#domain';
import type { JobId, ProjectId } from '#kernel';
import type { Stores } from '#metadata';
import { findClient } from '../clients/find-client.js';
import { missing } from '../documents.js';

/**
 * A job for a client of this project, locked; when the client is central, also that of another project. Rejects with
 * `job.missing`.
 */
export async function jobOfClient(
  stores: Stores,
  project: ProjectId,
  clientId: string,
  id: JobId,
): Promise<Job> {
  const job = await stores.jobs.get(id, 'lock');
  const client = await stores.clients.list({ where: { project, clientId }, limit: 1 });
  if (job && client.rows[0] && (await isFor(stores, job, client.rows[0]))) return job;
  throw missing('job.missing', id);
}

/** Whether a job, or a run, means this client: the one that its project calls so. */
export async function isFor(
  stores: Stores,
  { project, clientId }: Pick<Job, 'project' | 'clientId'>,
  client: Client,
): Promise<boolean> {
  if (clientId !== client.clientId) return false;
  return project === client.project || (await findClient(stores, project, clientId))?.id === client.id;
}
