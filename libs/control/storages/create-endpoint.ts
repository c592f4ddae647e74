import type { Actor, EndpointId, FileEndpoint } from '#domain';
import { Failure, type ProjectId } from '#kernel';
import type { StorageRequest } from '#node-protocol';
import { acting } from '../acting.js';
import { newId, type ControlParts } from '../parts.js';
import { refuseProblems } from '../problems.js';
import { secretProblems, storedSecrets } from './endpoint-secrets.js';
import { endpointNamed } from './find-endpoint.js';

/** Makes a storage that jobs can name. Rejects with `metadata.duplicate` when its name is taken. */
export async function createEndpoint(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  { name, kind, address, description = '', settings = {}, secrets = {} }: StorageRequest,
): Promise<FileEndpoint> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const known = parts.storages.examine({ name, kind, address, settings, secrets: Object.keys(secrets) });
    refuseProblems('storage', [...known.problems, ...secretProblems({}, secrets)]);
    if (await endpointNamed(stores, project, name)) {
      throw new Failure('metadata.duplicate', `there is a storage "${name}" already`, { name });
    }
    const now = parts.clock.now();
    const id: EndpointId = newId<'endpoint'>(parts);
    const endpoint: FileEndpoint = {
      ...{ id, project, userId: actor.userId, name, kind: known.kind, description, settings: known.settings },
      secrets: await storedSecrets(parts, stores, { id, project }, {}, secrets),
      ...{ createdAt: now, updatedAt: now },
    };
    await stores.endpoints.insert(endpoint);
    return endpoint;
  });
}
