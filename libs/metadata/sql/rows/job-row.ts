import type { Job, JobEvent, JobOrigin, JobResult, JobStatus, Schedule } from '#domain';
import type { ActionId, JobId, ProjectId, SessionId, UserId } from '#kernel';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { DOCUMENT, KEY, maybe, MOMENT, NUMBER, TEXT } from '../columns.js';

@Entity('jobs')
@Index('jobs_project_created', ['project', 'createdAt', 'id'])
@Index('jobs_client_created', ['clientId', 'createdAt', 'id'])
@Index('jobs_session', ['sessionId'])
@Index('jobs_actions', ['actions'], { type: 'gin' })
export class JobRow implements Omit<Job, 'activation'> {
  @PrimaryColumn(KEY) id!: JobId;
  @Column(KEY) project!: ProjectId;
  @Column(TEXT) userId!: UserId;
  @Column(KEY) clientId!: string;
  @Column(TEXT) description!: string;
  @Column({ ...KEY, array: true }) actions!: ActionId[];
  @Column(DOCUMENT) schedule!: Schedule;
  @Column(DOCUMENT) origin!: JobOrigin;
  @Column(NUMBER) activationCount!: number;
  @Column(MOMENT) activationAt!: Date;
  @Column(maybe(TEXT)) event?: JobEvent;
  @Column(TEXT) status!: JobStatus;
  @Column(maybe(TEXT)) result?: JobResult;
  @Column(maybe(MOMENT)) startedAt?: Date;
  @Column(maybe(MOMENT)) endedAt?: Date;
  @Column(maybe(KEY)) sessionId?: SessionId;
  @Column(NUMBER) sessionTag!: number;
  @Column(NUMBER) revision!: number;
  @Column(MOMENT) createdAt!: Date;
  @Column(MOMENT) updatedAt!: Date;
}
