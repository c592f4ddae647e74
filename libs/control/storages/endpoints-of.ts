import type { Action, FileEndpoint } from '#domain';
import type { ProjectId } from '#kernel';
import type { Stores } from '#metadata';
import type { ControlParts } from '../parts.js';
import { endpointNamed } from './find-endpoint.js';

/** Those among what an action names that this project has; the client may know others itself. */
export async function endpointsOf(
  parts: ControlParts,
  stores: Stores,
  project: ProjectId,
  { settings }: Pick<Action, 'settings'>,
): Promise<readonly FileEndpoint[]> {
  const found: FileEndpoint[] = [];
  for (const name of new Set(parts.storages.named(settings).names)) {
    const endpoint = await endpointNamed(stores, project, name);
    if (endpoint) found.push(endpoint);
  }
  return found;
}
