import type { Action, Job } from '#domain';
import type { Stores } from '#metadata';
import { findClient } from '../clients/find-client.js';
import type { JobWithActions } from '../parts.js';

/** A job as it is shown. */
export async function withActions(stores: Stores, job: Job): Promise<JobWithActions> {
  const [shown] = await allWithActions(stores, [job]);
  return shown ?? { job, actions: [], timezone: 'UTC' };
}

/** Several, with one look at their actions, and one at each of their clients. */
export async function allWithActions(
  stores: Stores,
  jobs: readonly Job[],
): Promise<readonly JobWithActions[]> {
  const ids = [...new Set(jobs.flatMap((job) => job.actions))];
  const { rows } = ids.length > 0 ? await stores.actions.list({ where: { ids } }) : { rows: [] };
  const actions = new Map(rows.map((action) => [action.id, action]));
  const zones = new Map<string, string>();
  const shown: JobWithActions[] = [];
  for (const job of jobs) {
    const name = `${job.project}\n${job.clientId}`;
    const timezone = zones.get(name) ?? (await zoneOf(stores, job));
    zones.set(name, timezone);
    const own = job.actions.map((id) => actions.get(id)).filter((action): action is Action => !!action);
    shown.push({ job, actions: own, timezone });
  }
  return shown;
}

/** IANA name of the zone in which local times of the job are meant. */
export async function zoneOf(stores: Stores, job: Pick<Job, 'project' | 'clientId'>): Promise<string> {
  return (await findClient(stores, job.project, job.clientId))?.timezone ?? 'UTC';
}
