import { requirePermission, type Actor, type Client } from '#domain';
import type { ProjectId } from '#kernel';
import type { ClientPatch } from '#node-protocol';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { checkZone } from './client-zone.js';
import { ownClient } from './find-client.js';

/** Changes what is given. Whatever makes a client central, or touches one, is for administrators. */
export async function updateClient(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  clientIdOrUuid: string,
  patch: ClientPatch,
): Promise<Client> {
  return acting(parts, actor, 'change', project, async (stores) => {
    checkZone(patch.timezone);
    const before = await ownClient(stores, project, clientIdOrUuid);
    if (before.central || patch.central) requirePermission(actor, 'administer', project);
    const client: Client = {
      ...before,
      hostname: patch.hostname ?? before.hostname,
      description: patch.description ?? before.description,
      capabilities: patch.capabilities ?? before.capabilities,
      central: patch.central ?? before.central,
      timezone: patch.timezone ?? before.timezone,
      updatedAt: parts.clock.now(),
    };
    await stores.clients.update(client);
    return client;
  });
}
