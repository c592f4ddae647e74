import { z, type JobId, type RunId } from '#kernel';
import { clientIdText, idText } from '#node-protocol';
import { pageQuery } from '../../http/page.js';

// No name has control characters, and no database can look for them all.
const text = z.string().regex(/^\P{Cc}+$/u, 'must be a text without control characters');

/** Which backups a list shows. */
export const backupQuery = pageQuery.extend({
  clientId: clientIdText.optional(),
  jobId: idText.transform((id) => id as JobId).optional(),
  runId: idText.transform((id) => id as RunId).optional(),
  backupName: text.optional(),
  container: text.optional(),
});
export type BackupQuery = z.infer<typeof backupQuery>;
