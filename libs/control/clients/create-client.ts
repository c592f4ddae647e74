import { requirePermission, type Actor, type Client } from '#domain';
import type { ProjectId } from '#kernel';
import type { ClientRequest } from '#node-protocol';
import { acting } from '../acting.js';
import { newId, type ControlParts } from '../parts.js';
import { checkZone } from './client-zone.js';
import { lockedOwnClient } from './find-client.js';

/**
 * Makes a client, or brings up to date what is said of the one with that id. Central clients are for administrators.
 * Without capabilities it can do everything.
 */
export async function createClient(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  request: ClientRequest,
): Promise<Client> {
  const { clientId, hostname, description, capabilities, central, timezone } = request;
  return acting(parts, actor, 'change', project, async (stores) => {
    checkZone(timezone);
    const now = parts.clock.now();
    const before = await lockedOwnClient(stores, project, clientId);
    if (central ?? before?.central) requirePermission(actor, 'administer', project);
    const client: Client = {
      id: before?.id ?? newId(parts),
      project,
      userId: before?.userId ?? actor.userId,
      clientId,
      hostname,
      description: description ?? before?.description ?? '',
      capabilities: capabilities ?? parts.allCapabilities,
      central: central ?? before?.central ?? false,
      timezone: timezone ?? before?.timezone,
      program: before?.program,
      seenAt: before?.seenAt,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    };
    await (before ? stores.clients.update(client) : stores.clients.insert(client));
    return client;
  });
}
