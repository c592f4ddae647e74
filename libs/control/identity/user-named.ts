import type { User } from '#domain';
import type { UserId } from '#kernel';
import type { Stores } from '#metadata';
import { missing } from '../documents.js';

/** A user by id or by name, locked; `undefined` when there is none. */
export async function findUser(stores: Stores, idOrName: string): Promise<User | undefined> {
  const named = await stores.users.list({ where: { name: idOrName }, limit: 1 });
  return stores.users.get(named.rows[0]?.id ?? (idOrName as UserId), 'lock');
}

/** As {@link findUser}; rejects with `user.missing`. */
export async function userNamed(stores: Stores, idOrName: string): Promise<User> {
  const user = await findUser(stores, idOrName);
  if (!user) throw missing('user.missing', idOrName);
  return user;
}
