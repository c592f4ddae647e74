import { JOB_STATUSES } from '#domain';
import { z, type SessionId } from '#kernel';
import { clientIdText, idText } from '#node-protocol';
import { pageQuery } from '../../http/page.js';

/** Which jobs a list shows. */
export const jobQuery = pageQuery.extend({
  clientId: clientIdText.optional(),
  sessionId: idText.transform((id) => id as SessionId).optional(),
  status: z.enum(JOB_STATUSES).optional(),
});
export type JobQuery = z.infer<typeof jobQuery>;
