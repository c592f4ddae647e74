import { Failure, type ProjectId, type UserId } from '#kernel';

export const ROLES = ['admin', 'member', 'reader', 'service'] as const;
/** admin: everything, everywhere · member: everything in its project · reader: looks · service: the scheduler of a client. */
export type Role = (typeof ROLES)[number];

/** Who asks. */
export interface Actor {
  readonly userId: UserId;
  readonly name: string;
  readonly project: ProjectId;
  readonly roles: readonly Role[];
}

export interface User {
  readonly id: UserId;
  readonly name: string;
  readonly project: ProjectId;
  readonly roles: readonly Role[];
  /** argon2id, as `control/identity` writes it. */
  readonly passwordHash: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * look: read documents · change: write them · report: what a scheduler does · unseal: get the secrets of a storage for a
 * run that one holds · administer: users, central clients.
 */
export const PERMISSIONS = ['look', 'change', 'report', 'unseal', 'administer'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Freezer's policies (facts: api.md §8), with `report` for what only schedulers do. */
const MAY: Readonly<Record<Permission, readonly Role[]>> = {
  look: ['admin', 'member', 'reader', 'service'],
  change: ['admin', 'member'],
  report: ['admin', 'service'],
  // Not even an administrator is shown a secret again.
  unseal: ['service'],
  administer: ['admin'],
};

/** Whether an actor may do this in that project. Only administrators leave their own. */
export function mayDo(actor: Actor, permission: Permission, project: ProjectId): boolean {
  if (!actor.roles.some((role) => MAY[permission].includes(role))) return false;
  return actor.project === project || actor.roles.includes('admin');
}

/** Rejects with `auth.forbidden`. */
export function requirePermission(actor: Actor, permission: Permission, project: ProjectId): void {
  if (mayDo(actor, permission, project)) return;
  throw new Failure('auth.forbidden', `"${actor.name}" may not ${permission} in project "${project}"`, {
    user: actor.name,
    roles: actor.roles,
    permission,
    project,
  });
}
