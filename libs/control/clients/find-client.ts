import type { Client } from '#domain';
import type { ProjectId } from '#kernel';
import type { Stores } from '#metadata';
import { missing } from '../documents.js';

/** The client that a project calls so: its own, else a central one. */
export async function findClient(
  stores: Stores,
  project: ProjectId,
  clientId: string,
): Promise<Client | undefined> {
  const own = await stores.clients.list({ where: { project, clientId }, limit: 1 });
  if (own.rows[0]) return own.rows[0];
  const central = await stores.clients.list({ where: { clientId, central: true }, limit: 1 });
  return central.rows[0];
}

/** As {@link findClient}; rejects with `client.missing`. */
export async function clientNamed(stores: Stores, project: ProjectId, clientId: string): Promise<Client> {
  const client = await findClient(stores, project, clientId);
  if (!client) throw missing('client.missing', clientId);
  return client;
}

/** The client of that project itself, locked; no central one of another project. Rejects with `client.missing`. */
export async function ownClient(stores: Stores, project: ProjectId, clientIdOrUuid: string): Promise<Client> {
  const client = await lockedOwnClient(stores, project, clientIdOrUuid);
  if (!client) throw missing('client.missing', clientIdOrUuid);
  return client;
}

/** As {@link ownClient}, but `undefined` when there is none. */
export async function lockedOwnClient(
  stores: Stores,
  project: ProjectId,
  clientIdOrUuid: string,
): Promise<Client | undefined> {
  const named = await stores.clients.list({ where: { project, clientId: clientIdOrUuid }, limit: 1 });
  const client = await stores.clients.get(named.rows[0]?.id ?? (clientIdOrUuid as Client['id']), 'lock');
  return client?.project === project ? client : undefined;
}
