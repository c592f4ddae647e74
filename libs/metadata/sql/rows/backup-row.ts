import type { BackupRecord, BackupStatus } from '#domain';
import type { JobId, ProjectId, RecordId, RunId, UserId } from '#kernel';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { DOCUMENT, KEY, maybe, MOMENT, TEXT } from '../columns.js';

/** `backupName`, `storedId` and `container` stand in the metadata, too. Those are long at times: hence hash indexes. */
@Entity('backups')
@Index('backups_run_stored', ['runId', 'storedId'], { unique: true })
@Index('backups_project_created', ['project', 'createdAt', 'id'])
@Index('backups_client_created', ['clientId', 'createdAt', 'id'])
@Index('backups_job_created', ['jobId', 'createdAt', 'id'])
@Index('backups_name', ['backupName'], { type: 'hash' })
@Index('backups_stored', ['storedId'], { type: 'hash' })
@Index('backups_container', ['container'], { type: 'hash' })
export class BackupRow implements BackupRecord {
  @PrimaryColumn(KEY) id!: RecordId;
  @Column(KEY) project!: ProjectId;
  @Column(TEXT) userId!: UserId;
  @Column(maybe(KEY)) clientId?: string;
  @Column(maybe(KEY)) jobId?: JobId;
  @Column(maybe(KEY)) runId?: RunId;
  @Column(TEXT) status!: BackupStatus;
  @Column(DOCUMENT) metadata!: Readonly<Record<string, unknown>>;
  @Column(maybe(KEY)) backupName?: string;
  @Column(maybe(KEY)) storedId?: string;
  @Column(maybe(KEY)) container?: string;
  @Column(MOMENT) createdAt!: Date;
  @Column(MOMENT) updatedAt!: Date;
}
