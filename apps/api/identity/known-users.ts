import { Inject, Injectable } from '@nestjs/common';
import type { ControlParts } from '#control';
import type { User } from '#domain';
import type { UserId } from '#kernel';
import { CONTROL_PARTS } from '../tokens.js';

const KEPT_MS = 5000;
const KEPT_USERS = 1000;

/** Users by id as they were at most five seconds ago, so that not every request asks the database twice. */
@Injectable()
export class KnownUsers {
  readonly #kept = new Map<UserId, { readonly user: User | undefined; readonly until: number }>();

  constructor(@Inject(CONTROL_PARTS) private readonly parts: Pick<ControlParts, 'metadata' | 'clock'>) {}

  /** `undefined` when there is no such user, or not any more. Rejects with `metadata.unavailable`. */
  async user(id: UserId): Promise<User | undefined> {
    const { metadata, clock } = this.parts;
    const kept = this.#kept.get(id);
    if (kept && kept.until > clock.now().getTime()) return kept.user;
    const user = await metadata.transaction(({ users }) => users.get(id));
    if (this.#kept.size >= KEPT_USERS) this.#kept.clear();
    this.#kept.set(id, { user, until: clock.now().getTime() + KEPT_MS });
    return user;
  }
}
