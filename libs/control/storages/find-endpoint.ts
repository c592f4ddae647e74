import type { EndpointId, FileEndpoint } from '#domain';
import type { ProjectId } from '#kernel';
import type { Stores } from '#metadata';
import { missing } from '../documents.js';

/** By id, else by name; locked. Rejects with `storage.missing`. */
export async function ownEndpoint(
  stores: Stores,
  project: ProjectId,
  idOrName: string,
): Promise<FileEndpoint> {
  const found = await lockedEndpoint(stores, project, idOrName);
  if (!found) throw missing('storage.missing', idOrName);
  return found;
}

/** As {@link ownEndpoint}, but `undefined` when there is none. */
export async function lockedEndpoint(
  stores: Stores,
  project: ProjectId,
  idOrName: string,
): Promise<FileEndpoint | undefined> {
  const byId = await stores.endpoints.get(idOrName as EndpointId, 'lock');
  if (byId?.project === project) return byId;
  const named = await endpointNamed(stores, project, idOrName);
  return named && stores.endpoints.get(named.id, 'lock');
}

export async function endpointNamed(
  stores: Stores,
  project: ProjectId,
  name: string,
): Promise<FileEndpoint | undefined> {
  const { rows } = await stores.endpoints.list({ where: { project, name }, limit: 1 });
  return rows[0];
}
