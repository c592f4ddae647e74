import type { Job } from '#domain';
import type { ProjectId } from '#kernel';
import type { Stores } from '#metadata';

interface Place {
  readonly project: ProjectId;
  readonly clientId: string;
  readonly file: string;
}

/** The jobs that a file of a client says, or has said, locked. */
export async function jobsOfFile(
  stores: Stores,
  { project, clientId, file }: Place,
): Promise<readonly Job[]> {
  const { rows } = await stores.jobs.list({ where: { project, clientId } });
  const jobs: Job[] = [];
  for (const { id, origin } of rows) {
    if (origin.kind !== 'file' || origin.file !== file) continue;
    const job = await stores.jobs.get(id, 'lock');
    if (job) jobs.push(job);
  }
  return jobs;
}
