import type { Actor } from '#domain';
import { Failure, type ProjectId } from '#kernel';
import type { Stores } from '#metadata';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { findUser } from './user-named.js';

/** Removes a user, for administrators; false when there was none. Rejects with `user.last-administrator`. */
export async function deleteUser(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  idOrName: string,
): Promise<boolean> {
  return acting(parts, actor, 'administer', project, async (stores) => {
    const administrators = await lockedAdministrators(stores);
    const user = await findUser(stores, idOrName);
    if (!user) return false;
    if (user.roles.includes('admin') && administrators < 2) {
      throw new Failure('user.last-administrator', `"${user.name}" is the last administrator`, {
        user: user.name,
      });
    }
    return stores.users.remove(user.id);
  });
}

/** How many there are. They are locked, so that two of them cannot remove each other at once. */
async function lockedAdministrators(stores: Stores): Promise<number> {
  const { rows } = await stores.users.list({ where: {} });
  let count = 0;
  for (const { id, roles } of rows) {
    if (roles.includes('admin') && (await stores.users.get(id, 'lock'))) count += 1;
  }
  return count;
}
