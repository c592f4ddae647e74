import type { Actor, Client } from '#domain';
import type { ProjectId, RecordId } from '#kernel';
import type { RegisterRequest } from '#node-protocol';
import { acting } from '../acting.js';
import { newId, type ControlParts } from '../parts.js';
import { checkZone } from './client-zone.js';
import { lockedOwnClient } from './find-client.js';

/** Makes or brings up to date the client of a scheduler. What a person says of it, its description, stays. */
export async function registerClient(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  request: RegisterRequest,
): Promise<{ client: Client; leaseMs: number; now: Date }> {
  const { clientId, hostname, capabilities, timezone, program } = request;
  const told = { hostname, capabilities, timezone, program };
  return acting(parts, actor, 'report', project, async (stores) => {
    checkZone(timezone);
    const now = parts.clock.now();
    const before = await lockedOwnClient(stores, project, clientId);
    const client: Client = before
      ? { ...before, ...told, seenAt: now, updatedAt: now }
      : {
          ...{ id: newId<'record'>(parts) satisfies RecordId, project, userId: actor.userId, clientId },
          ...{ ...told, description: '', central: false, seenAt: now, createdAt: now, updatedAt: now },
        };
    await (before ? stores.clients.update(client) : stores.clients.insert(client));
    return { client, leaseMs: parts.leaseMs, now };
  });
}
