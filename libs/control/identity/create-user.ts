import { requirePermission, type Actor, type User } from '#domain';
import { Failure, isFailure, type ProjectId } from '#kernel';
import type { UserRequest } from '#node-protocol';
import { acting } from '../acting.js';
import { newId, type ControlParts } from '../parts.js';
import { checkPassword, hashOf, madePassword } from './password.js';

/**
 * Makes a user, for administrators. A password that was made is answered, this once. Names are unique on the whole
 * platform: rejects with `user.exists`.
 */
export async function createUser(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  request: UserRequest,
): Promise<{ user: User; password?: string }> {
  requirePermission(actor, 'administer', project);
  if (request.password !== undefined) checkPassword(request.password);
  const password = request.password ?? madePassword(parts);
  const now = parts.clock.now();
  const user: User = {
    id: newId(parts),
    name: request.name,
    project: (request.project as ProjectId | undefined) ?? project,
    roles: [...new Set(request.roles)],
    passwordHash: await hashOf(parts, password),
    createdAt: now,
    updatedAt: now,
  };
  try {
    await acting(parts, actor, 'administer', project, (stores) => stores.users.insert(user));
  } catch (error) {
    if (!isFailure(error, 'metadata.duplicate')) throw error;
    throw new Failure('user.exists', `there is a user "${user.name}" already`, { name: user.name }, error);
  }
  return request.password === undefined ? { user, password } : { user };
}
