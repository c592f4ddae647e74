import type { Actor, User } from '#domain';
import type { ProjectId } from '#kernel';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { userNamed } from './user-named.js';

/** A user by id or name, for administrators. Rejects with `user.missing`. */
export async function getUser(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  idOrName: string,
): Promise<User> {
  return acting(parts, actor, 'administer', project, (stores) => userNamed(stores, idOrName));
}
