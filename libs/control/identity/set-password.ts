import { requirePermission, type Actor } from '#domain';
import type { ProjectId } from '#kernel';
import { acting } from '../acting.js';
import type { ControlParts } from '../parts.js';
import { checkPassword, hashOf, madePassword } from './password.js';
import { userNamed } from './user-named.js';

/**
 * Gives a user another password: everybody for themselves, administrators for all. One that was made is answered, this
 * once. Rejects with `user.missing`, and with `auth.forbidden` whoever asks for somebody else.
 */
export async function setPassword(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  idOrName: string,
  given?: string,
): Promise<{ password?: string }> {
  const isOwn = idOrName === actor.userId || idOrName === actor.name;
  if (!isOwn) requirePermission(actor, 'administer', project);
  if (given !== undefined) checkPassword(given);
  const password = given ?? madePassword(parts);
  const passwordHash = await hashOf(parts, password);
  await acting(
    parts,
    actor,
    isOwn ? 'look' : 'administer',
    isOwn ? actor.project : project,
    async (stores) => {
      const user = await userNamed(stores, isOwn ? actor.userId : idOrName);
      await stores.users.update({ ...user, passwordHash, updatedAt: parts.clock.now() });
    },
  );
  return given === undefined ? { password } : {};
}
