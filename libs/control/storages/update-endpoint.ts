import type { Actor, FileEndpoint } from '#domain';
import { Failure, type ProjectId } from '#kernel';
import type { StoragePatch } from '#node-protocol';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { refuseProblems } from '../problems.js';
import { secretProblems, storedSecrets } from './endpoint-secrets.js';
import { endpointNamed, ownEndpoint } from './find-endpoint.js';
import { usedProblems } from './jobs-naming.js';

/**
 * Changes what is given: settings whole, secrets one by one. Runs that begin later take it so. Rejects with
 * `storage.missing`, and with `input.invalid` when a job says the name that it is to lose.
 */
export async function updateEndpoint(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  idOrName: string,
  patch: StoragePatch,
): Promise<FileEndpoint> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const before = await ownEndpoint(stores, project, idOrName);
    const {
      name = before.name,
      description = before.description,
      settings = before.settings,
      secrets = {},
    } = patch;
    const kept = Object.keys({ ...before.secrets, ...secrets }).filter((each) => secrets[each] !== null);
    const known = parts.storages.examine({ name, kind: before.kind, settings, secrets: kept });
    const renamed = name === before.name ? [] : await usedProblems(parts, stores, before);
    refuseProblems('storage', [...known.problems, ...secretProblems(before.secrets, secrets), ...renamed]);
    if (name !== before.name && (await endpointNamed(stores, project, name))) {
      throw new Failure('metadata.duplicate', `there is a storage "${name}" already`, { name });
    }
    const endpoint: FileEndpoint = {
      ...{ ...before, name, description, settings: known.settings, updatedAt: parts.clock.now() },
      secrets: await storedSecrets(parts, stores, before, before.secrets, secrets),
    };
    await stores.endpoints.update(endpoint);
    return endpoint;
  });
}
