import type { Actor, Client } from '#domain';
import type { ProjectId, RecordId } from '#kernel';
import { acting } from '../acting.js';
import { missing } from '../documents.js';
import type { ControlParts } from '../parts.js';
import { findClient } from './find-client.js';

/** A client by what it is called, or by its uuid; central ones are seen by every project. */
export async function getClient(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  clientIdOrUuid: string,
): Promise<Client> {
  return acting(parts, actor, 'look', project, async (stores) => {
    const named = await findClient(stores, project, clientIdOrUuid);
    if (named) return named;
    const client = await stores.clients.get(clientIdOrUuid as RecordId);
    if (client && (client.central || client.project === project)) return client;
    throw missing('client.missing', clientIdOrUuid);
  });
}
