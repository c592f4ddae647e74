import { requirePermission, type Actor } from '#domain';
import type { ProjectId } from '#kernel';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { lockedOwnClient } from './find-client.js';

/** Forgets a client; false when there was none. Its jobs, runs and backups stay. Central ones are for administrators. */
export async function deleteClient(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  clientIdOrUuid: string,
): Promise<boolean> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const client = await lockedOwnClient(stores, project, clientIdOrUuid);
    if (!client) return false;
    if (client.central) requirePermission(actor, 'administer', project);
    return stores.clients.remove(client.id);
  });
}
