import type { User } from '#domain';
import type { UserView } from '#node-protocol';
import { text } from './text.js';

/** Never with what the password is checked against. */
export function userView({ id, name, project, roles, createdAt, updatedAt }: User): UserView {
  return { id, name, project, roles: [...roles], createdAt: text(createdAt), updatedAt: text(updatedAt) };
}
