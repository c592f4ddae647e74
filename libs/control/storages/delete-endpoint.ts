import type { Actor } from '#domain';
import type { ProjectId } from '#kernel';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { refuseProblems } from '../problems.js';
import { lockedEndpoint } from './find-endpoint.js';
import { usedProblems } from './jobs-naming.js';

/** Forgets a storage; what is stored there stays. False when there was none, `input.invalid` when jobs use it. */
export async function deleteEndpoint(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  idOrName: string,
): Promise<boolean> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const endpoint = await lockedEndpoint(stores, project, idOrName);
    if (!endpoint) return false;
    refuseProblems('storage', await usedProblems(parts, stores, endpoint));
    return stores.endpoints.remove(endpoint.id);
  });
}
