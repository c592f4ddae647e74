import type { User } from '#domain';
import { Failure, type ProjectId } from '#kernel';
import type { ControlParts } from '../parts.js';
import { newId } from '../parts.js';
import { hashOf, madePassword } from './password.js';

/**
 * Makes the account of an embedded scheduler, or gives it a new password: the former one is no longer good. Rejects with
 * `user.exists` when the name is that of somebody else.
 */
export async function ensureServiceUser(
  parts: ControlParts,
  name: string,
  project: ProjectId,
): Promise<{ name: string; password: string }> {
  const password = madePassword(parts);
  const passwordHash = await hashOf(parts, password);
  await parts.metadata.transaction(async ({ users }) => {
    const now = parts.clock.now();
    const { rows } = await users.list({ where: { name }, limit: 1 });
    const before = rows[0] && (await users.get(rows[0].id, 'lock'));
    if (!before) {
      const user: User = {
        ...{ id: newId<'user'>(parts), name, project, roles: ['service'] },
        ...{ passwordHash, createdAt: now, updatedAt: now },
      };
      return users.insert(user);
    }
    if (before.project !== project || before.roles.some((role) => role !== 'service')) {
      throw new Failure('user.exists', `user "${name}" is not the service account of "${project}"`, { name });
    }
    return users.update({ ...before, passwordHash, updatedAt: now });
  });
  return { name, password };
}
