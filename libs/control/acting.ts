import { mayDo, requirePermission, type Actor, type Permission } from '#domain';
import { isFailure, type ProjectId } from '#kernel';
import type { Stores } from '#metadata';
import type { ControlParts } from './parts.js';

/**
 * The shape of every use case: may the actor? then one transaction. `permission` is one, or several of which any will do.
 * What loses a race for a unique key is done anew, once: it then finds what the other one made.
 */
export async function acting<T>(
  parts: Pick<ControlParts, 'metadata'>,
  actor: Actor,
  permission: Permission | readonly [Permission, ...Permission[]],
  project: ProjectId,
  work: (stores: Stores) => Promise<T>,
): Promise<T> {
  requireAny(actor, typeof permission === 'string' ? [permission] : permission, project);
  try {
    return await parts.metadata.transaction(work);
  } catch (error) {
    if (!isFailure(error, 'metadata.duplicate')) throw error;
    return parts.metadata.transaction(work);
  }
}

function requireAny(
  actor: Actor,
  permissions: readonly [Permission, ...Permission[]],
  project: ProjectId,
): void {
  if (permissions.some((permission) => mayDo(actor, permission, project))) return;
  requirePermission(actor, permissions[0], project);
}
