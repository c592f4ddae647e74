import { z } from '#kernel';
import { idText, userRequest, userView } from '#node-protocol';
import { pageQuery } from '../../http/page.js';

/** Which users a list shows. */
export const userQuery = pageQuery.extend({
  inProject: idText.optional().describe('only the users of this project'),
});
export type UserQuery = z.infer<typeof userQuery>;

/** A name, or an id: what is an id could be a name, too. */
export const userName = userRequest.shape.name.meta({ description: 'name or id', example: 'robin' });

export const newUserDocument = z
  .object({ user: userView, password: z.string().optional() })
  .meta({ id: 'NewUser' });
export type NewUserDocument = z.infer<typeof newUserDocument>;

export const passwordReply = z.object({ password: z.string().optional() }).meta({ id: 'PasswordReply' });
export type PasswordReply = z.infer<typeof passwordReply>;
