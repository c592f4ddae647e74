import type { FileEndpoint } from '#domain';
import type { Problem } from '#kernel';
import type { Stores } from '#metadata';
import type { ControlParts } from '../parts.js';

const SHOWN = 10;

/** Why a storage cannot lose its name: the jobs whose actions say it. */
export async function usedProblems(
  parts: ControlParts,
  stores: Stores,
  { name, project }: FileEndpoint,
): Promise<readonly Problem[]> {
  const { rows } = await stores.actions.list({ where: { project } });
  const actions = rows.filter(({ settings }) => parts.storages.named(settings).names.includes(name));
  const jobs = new Set<string>();
  for (const { id } of actions) {
    const using = await stores.jobs.list({ where: { action: id } });
    for (const job of using.rows) jobs.add(job.id);
  }
  if (jobs.size === 0) return [];
  const shown = [...jobs].slice(0, SHOWN).join(', ');
  const more = jobs.size > SHOWN ? ` and ${jobs.size - SHOWN} more` : '';
  return [
    { path: '', message: `"${name}" is used by job ${shown}${more}; change or delete what uses it first` },
  ];
}
