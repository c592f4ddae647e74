import { RUN_STATES } from '#domain';
import { z, type JobId } from '#kernel';
import { clientIdText, idText } from '#node-protocol';
import { pageQuery } from '../../http/page.js';

/** Which runs a list shows, and in which order. */
export const runQuery = pageQuery.extend({
  jobId: idText.transform((id) => id as JobId).optional(),
  clientId: clientIdText.optional(),
  state: z.enum(RUN_STATES).optional(),
  oldestFirst: z.stringbool().default(false),
});
export type RunQuery = z.infer<typeof runQuery>;
