import type { User } from '#domain';
import { Failure } from '#kernel';
import type { ControlParts } from '../parts.js';
import { hashPassword, isPassword, SALT_BYTES } from './password-hash.js';

/** The hash of no password, so that an unknown name costs as much time as a wrong password. */
let nobody: Promise<string> | undefined;

/** The user of these credentials. Rejects with `auth.credentials-wrong`, which does not tell what is wrong. */
export async function authenticate(
  parts: Pick<ControlParts, 'metadata'>,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<User> {
  const { rows } = await parts.metadata.transaction((stores) =>
    stores.users.list({ where: { name: username }, limit: 1 }),
  );
  const user = rows[0];
  nobody ??= hashPassword('', new Uint8Array(SALT_BYTES));
  const isRight = await isPassword(password, user?.passwordHash ?? (await nobody));
  if (user && isRight) return user;
  throw new Failure('auth.credentials-wrong', 'user name or password is wrong');
}
