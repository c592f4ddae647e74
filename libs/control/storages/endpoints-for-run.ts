import { checkFence, isActive, type Actor } from '#domain';
import { Failure, type ActionId, type ProjectId, type RunId } from '#kernel';
import type { DeliveredStorage, RunStoragesRequest } from '#node-protocol';
import { acting } from '../acting.js';
import { missing } from '../documents.js';
import type { ControlParts } from '../parts.js';
import { requireRunOf } from '../runs/job-of-run.js';
import { openedEndpoint } from './endpoint-secrets.js';
import { endpointsOf } from './endpoints-of.js';

/**
 * The storages that an action of a run names, with their secrets: for the scheduler that has claimed the run and runs it,
 * and for nobody else. Rejects with `run.missing`, `run.lease-lost` for who has not claimed it, `run.transition-invalid`
 * when it is over, `action.missing` when its job does not do that any more, and `input.invalid` when a secret does not open.
 */
export async function endpointsForRun(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  id: RunId,
  { fence, claimId, action: actionId }: RunStoragesRequest,
): Promise<readonly DeliveredStorage[]> {
  const found = await acting(parts, actor, 'unseal', project, async (stores) => {
    const run = await stores.runs.get(id);
    if (!run) throw missing('run.missing', id);
    await requireRunOf(stores, project, run);
    checkFence(run, fence);
    if (run.claimId !== claimId) {
      throw new Failure('run.lease-lost', `run ${id} was claimed by somebody else`, { run: id });
    }
    if (!isActive(run.state)) {
      throw new Failure('run.transition-invalid', `run ${id} is ${run.state}`, { run: id, state: run.state });
    }
    const job = await stores.jobs.get(run.jobId);
    const action =
      job?.actions.includes(actionId as ActionId) && (await stores.actions.get(actionId as ActionId));
    if (!action) throw missing('action.missing', actionId);
    return endpointsOf(parts, stores, run.project, action);
  });
  parts.logger.info('storages handed to the client of a run', {
    run: id,
    storages: found.map(({ name }) => name),
  });
  return Promise.all(found.map((endpoint) => openedEndpoint(parts, endpoint)));
}
