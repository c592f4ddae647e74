import { createHash } from 'node:crypto';
import type { Actor, BackupRecord, Run } from '#domain';
import { hexId, type RecordId } from '#kernel';
import type { Stores } from '#metadata';
import { readBackup, textIn } from './backup-of.js';

/** Records what a run has stored. Its id comes from run and stored backup, so that the same is never there twice. */
export async function recordBackups(
  stores: Stores,
  actor: Actor,
  run: Run,
  told: readonly Readonly<Record<string, unknown>>[],
  now: Date,
): Promise<void> {
  for (const [place, document] of told.entries()) {
    const { status, metadata } = readBackup(document);
    const id = recordIdOf(run, textIn(metadata, 'backup_id') ?? `#${place}`);
    if (await stores.backups.get(id)) continue;
    const record: BackupRecord = {
      ...{ id, project: run.project, userId: actor.userId, clientId: run.clientId, jobId: run.jobId },
      ...{ runId: run.id, status, metadata, createdAt: now, updatedAt: now },
    };
    await stores.backups.insert(record);
  }
}

function recordIdOf(run: Run, stored: string): RecordId {
  return hexId(createHash('sha256').update(`${run.id}\n${stored}`).digest());
}
