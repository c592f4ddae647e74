import type { Attempt, Run, RunFailure, RunProgress, RunState } from '#domain';
import type { JobId, ProjectId, RunId } from '#kernel';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { DOCUMENT, FLAG, KEY, maybe, MOMENT, NUMBER, TEXT } from '../columns.js';

/** No index holds what a heartbeat changes, so that PostgreSQL need not touch one for it. */
@Entity('runs')
@Index('runs_job_occurrence', ['jobId', 'occurrence'], { unique: true })
@Index('runs_job_created', ['jobId', 'createdAt', 'id'])
@Index('runs_project_created', ['project', 'createdAt', 'id'])
@Index('runs_client_created', ['clientId', 'createdAt', 'id'])
@Index('runs_state_created', ['state', 'createdAt', 'id'])
@Index('runs_created', ['createdAt', 'id'])
@Index('runs_cancel', ['clientId', 'state'], { where: 'cancel_requested_at IS NOT NULL' })
export class RunRow implements Run {
  @PrimaryColumn(KEY) id!: RunId;
  @Column(KEY) project!: ProjectId;
  @Column(KEY) jobId!: JobId;
  @Column(KEY) clientId!: string;
  @Column(KEY) occurrence!: string;
  @Column(MOMENT) dueAt!: Date;
  @Column(NUMBER) jobRevision!: number;
  @Column(KEY) state!: RunState;
  @Column(NUMBER) fence!: number;
  @Column(TEXT) holder!: string;
  @Column(TEXT) claimId!: string;
  @Column(MOMENT) leaseUntil!: Date;
  @Column(MOMENT) claimedAt!: Date;
  @Column(maybe(MOMENT)) startedAt?: Date;
  @Column(maybe(MOMENT)) endedAt?: Date;
  @Column(maybe(MOMENT)) heartbeatAt?: Date;
  @Column(DOCUMENT) attempts!: readonly Attempt[];
  @Column(maybe(DOCUMENT)) progress?: RunProgress;
  @Column(maybe(MOMENT)) cancelRequestedAt?: Date;
  @Column(maybe(TEXT)) cancelRequestedBy?: string;
  @Column(maybe(NUMBER)) exitCode?: number;
  @Column(maybe(DOCUMENT)) failure?: RunFailure;
  @Column(NUMBER) bytesRead!: number;
  @Column(NUMBER) bytesStored!: number;
  @Column(FLAG) wasLost!: boolean;
  @Column(MOMENT) createdAt!: Date;
  @Column(MOMENT) updatedAt!: Date;
}
