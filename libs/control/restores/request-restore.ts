import type { Actor, BackupRecord } from '#domain';
import { Failure, isFailure, type Problem, type ProjectId, type RecordId } from '#kernel';
import type { Stores } from '#metadata';
import type { RestoreRequest } from '#node-protocol';
import { acting } from '../acting.js';
import { textIn } from '../backups/backup-of.js';
import { missing } from '../documents.js';
import { writeJob, type JobDraft } from '../jobs/write-job.js';
import { newId, type ControlParts, type JobWithActions } from '../parts.js';
import { refuseProblems } from '../problems.js';
import { placeOptionsOf } from './place-options.js';
import { restoreSettings } from './restore-settings.js';

/**
 * Makes a job that restores a backup once, as soon as its client takes it up: the one that made the backup, unless another
 * is named. Storage and place are those of the backup, so is the passphrase file of the action that made it, unless the
 * settings say otherwise. Rejects with `backup.not-recorded`, and with `input.invalid` naming everything wrong.
 */
export async function requestRestore(
  parts: ControlParts,
  actor: Actor,
  project: ProjectId,
  request: RestoreRequest,
): Promise<JobWithActions> {
  return acting(parts, actor, 'change', project, async (stores) => {
    const record = await recordNamed(stores, project, request.backupId);
    const place = await placeOptionsOf(stores, record);
    const { settings, problems } = restoreSettings(record, place, request);
    const clientId = request.clientId ?? record.clientId;
    const message = 'is missing: the record does not say which client made the backup';
    const further = [...problems, ...(clientId === undefined ? [{ path: 'clientId', message }] : [])];
    refuseProblems('restore', clientId === undefined ? further : []);
    const draft: JobDraft = {
      ...{ id: newId<'job'>(parts), before: undefined, clientId: clientId ?? '', schedule: {} },
      ...{ sessionId: undefined, sessionTag: undefined, description: descriptionOf(record) },
      // Who asked for it watches it, and can ask again.
      actions: [{ settings, maxRetries: 0 }],
    };
    return inWordsOfRequest(() => writeJob({ parts, stores, actor, project }, draft, further));
  });
}

/** By id of the record, else by stored id: of several copies, the one recorded last. Rejects with `backup.not-recorded`. */
async function recordNamed(stores: Stores, project: ProjectId, id: string): Promise<BackupRecord> {
  const record = await stores.backups.get(id as RecordId);
  if (record?.project === project) return record;
  const stored = await stores.backups.list({ where: { project, storedId: id }, newestFirst: true });
  const found = stored.rows.find(({ status }) => status === 'available') ?? stored.rows[0];
  if (!found) throw missing('backup.not-recorded', id);
  return found;
}

function descriptionOf({ id, metadata }: BackupRecord): string {
  return `restore of ${textIn(metadata, 'backup_name') ?? 'backup'} ${textIn(metadata, 'backup_id') ?? id}`;
}

/** Problems of the job's only action are problems of the request's settings. */
async function inWordsOfRequest<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFailure(error, 'input.invalid')) throw error;
    const problems = error.context['problems'] as readonly Problem[];
    refuseProblems(
      'restore',
      problems.map(({ path, message }) => ({ path: path.replace(/^actions\.0\./, ''), message })),
    );
    throw new Failure('input.invalid', error.message, error.context, error);
  }
}
