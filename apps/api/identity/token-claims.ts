import { createHash } from 'node:crypto';
import { z, type UserId } from '#kernel';

/** Who issues tokens, and for whom. A token made for something else with the same key is none of ours. */
export const ISSUER = 'firn';
export const AUDIENCE = 'firn-api';
export const ALGORITHM = 'HS256';

/** What a token says: whose it is. What the user may do is looked up with every request. */
export const tokenClaims = z.object({
  sub: z.string().transform((id) => id as UserId),
  /** {@link passwordMark} of the password with which it was got. */
  pwd: z.string(),
});

/** Tells passwords apart and says nothing about them, so that a new password ends the tokens of the old one. */
export function passwordMark(passwordHash: string): string {
  return createHash('sha256').update(passwordHash).digest('base64url').slice(0, 16);
}
