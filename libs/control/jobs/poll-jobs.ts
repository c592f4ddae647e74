import { isLive, type Actor, type Client, type Job, type Run } from '#domain';
import type { ProjectId, RunId } from '#kernel';
import type { Stores } from '#metadata';
import { acting } from '../acting.js';
import { ownClient } from '../clients/find-client.js';
import type { ControlParts, JobWithActions } from '../parts.js';
import { isFor } from './job-of-client.js';
import { allWithActions } from './with-actions.js';

/**
 * Everything the scheduler of a client must know: the jobs that are live or carry an event, and which runs it is to stop.
 * A central client hears of the jobs of every project. Rejects with `client.missing`.
 */
export async function pollJobs(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  clientId: string,
): Promise<{ now: Date; jobs: readonly JobWithActions[]; cancel: readonly RunId[] }> {
  return acting(parts, actor, 'report', project, async (stores) => {
    const now = parts.clock.now();
    const client = await ownClient(stores, project, clientId);
    await stores.clients.update({ ...client, seenAt: now });
    const jobs = await allWithActions(stores, await jobsFor(stores, client));
    return { now, jobs, cancel: await runsToCancel(stores, client) };
  });
}

async function jobsFor(stores: Stores, client: Client): Promise<readonly Job[]> {
  const of = scopeOf(client);
  const waiting = await stores.jobs.list({ where: { ...of, statuses: ['new', 'scheduled', 'running'] } });
  const asked = await stores.jobs.list({ where: { ...of, withEvent: true } });
  const known = new Set(waiting.rows.map((job) => job.id));
  const jobs = [...waiting.rows, ...asked.rows.filter((job) => !known.has(job.id))];
  const told = jobs.filter((job) => isLive(job) || job.event !== undefined);
  return those(stores, client, told);
}

async function runsToCancel(stores: Stores, client: Client): Promise<readonly RunId[]> {
  const { rows } = await stores.runs.list({
    where: { ...scopeOf(client), states: ['claimed', 'running'], cancelRequested: true },
  });
  return (await those(stores, client, rows)).map((run) => run.id);
}

function scopeOf({ project, clientId, central }: Client): { clientId: string; project?: ProjectId } {
  return central ? { clientId } : { clientId, project };
}

async function those<Row extends Job | Run>(
  stores: Stores,
  client: Client,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const kept: Row[] = [];
  for (const row of rows) if (await isFor(stores, row, client)) kept.push(row);
  return kept;
}
