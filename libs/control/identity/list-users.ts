import type { Actor, User } from '#domain';
import type { ProjectId } from '#kernel';
import type { Page } from '#metadata';
import { acting } from '../acting.js';
import type { ControlParts, ListOptions } from '../parts.js';

export interface UserListOptions extends ListOptions {
  /** Only those of this project; without it all of the platform. */
  readonly inProject?: string | undefined;
}

/** The users of the platform, for administrators. */
export async function listUsers(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  { inProject: wanted, offset, limit }: UserListOptions = {},
): Promise<Page<User>> {
  return acting(parts, actor, 'administer', project, (stores) =>
    stores.users.list({ where: { project: wanted as ProjectId | undefined }, offset, limit }),
  );
}
