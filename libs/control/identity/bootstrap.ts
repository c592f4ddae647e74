import type { User } from '#domain';
import { isFailure, type ProjectId } from '#kernel';
import type { ControlParts } from '../parts.js';
import { newId } from '../parts.js';
import { checkPassword, hashOf, madePassword } from './password.js';

const ADMINISTRATOR = 'admin';
const PROJECT = 'default' as ProjectId;

/**
 * At the first start, when there is no user, makes the administrator `admin` of project `default`. Only a password that
 * was made is answered, this once; one that was given is known. Of several processes that start at once, one makes it.
 */
export async function bootstrap(
  parts: ControlParts,
  { adminPassword }: { readonly adminPassword?: string | undefined } = {},
): Promise<{ administrator?: { readonly name: string; readonly password: string } }> {
  if (await hasUsers(parts)) return {};
  if (adminPassword !== undefined) checkPassword(adminPassword);
  const password = adminPassword ?? madePassword(parts);
  if (!(await made(parts, await hashOf(parts, password)))) return {};
  parts.logger.info('administrator made', { user: ADMINISTRATOR, project: PROJECT });
  return adminPassword === undefined ? { administrator: { name: ADMINISTRATOR, password } } : {};
}

/**
 * For who has lost the password of the administrator, and has the database: gives `admin` another one, and makes that user
 * anew when it is gone. Only a password that was made is answered.
 */
export async function resetAdministrator(
  parts: ControlParts,
  { adminPassword }: { readonly adminPassword?: string | undefined } = {},
): Promise<{ readonly name: string; readonly password?: string }> {
  if (adminPassword !== undefined) checkPassword(adminPassword);
  const password = adminPassword ?? madePassword(parts);
  const fresh = administrator(parts, await hashOf(parts, password));
  await parts.metadata.transaction(async ({ users }) => {
    const { rows } = await users.list({ where: { name: ADMINISTRATOR }, limit: 1 });
    const [user] = rows;
    if (user) await users.update({ ...fresh, id: user.id, createdAt: user.createdAt });
    else await users.insert(fresh);
  });
  parts.logger.info('administrator has another password', { user: ADMINISTRATOR });
  return { name: ADMINISTRATOR, ...(adminPassword === undefined && { password }) };
}

function hasUsers({ metadata }: ControlParts): Promise<boolean> {
  return metadata.transaction(async ({ users }) => (await users.list({ where: {}, limit: 1 })).total > 0);
}

function administrator(parts: ControlParts, passwordHash: string): User {
  const now = parts.clock.now();
  return {
    ...{ id: newId<'user'>(parts), name: ADMINISTRATOR, project: PROJECT, roles: ['admin'] },
    ...{ passwordHash, createdAt: now, updatedAt: now },
  };
}

async function made(parts: ControlParts, passwordHash: string): Promise<boolean> {
  const user = administrator(parts, passwordHash);
  try {
    return await parts.metadata.transaction(async ({ users }) => {
      if ((await users.list({ where: {}, limit: 1 })).total > 0) return false;
      await users.insert(user);
      return true;
    });
  } catch (error) {
    if (isFailure(error, 'metadata.duplicate')) return false;
    throw error;
  }
}
