import type { JobResult, Schedule, Session, SessionJob } from '#domain';
import type { JobId, ProjectId, SessionId, UserId } from '#kernel';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { DOCUMENT, KEY, maybe, MOMENT, NUMBER, TEXT } from '../columns.js';

@Entity('sessions')
@Index('sessions_project_created', ['project', 'createdAt', 'id'])
export class SessionRow implements Session {
  @PrimaryColumn(KEY) id!: SessionId;
  @Column(KEY) project!: ProjectId;
  @Column(TEXT) userId!: UserId;
  @Column(TEXT) description!: string;
  @Column(DOCUMENT) schedule!: Schedule;
  @Column(DOCUMENT) jobs!: Readonly<Record<JobId, SessionJob>>;
  @Column(NUMBER) tag!: number;
  @Column(NUMBER) holdOff!: number;
  @Column(TEXT) status!: string;
  @Column(TEXT) result!: JobResult | '';
  @Column(maybe(MOMENT)) startedAt?: Date;
  @Column(maybe(MOMENT)) endedAt?: Date;
  @Column(MOMENT) createdAt!: Date;
  @Column(MOMENT) updatedAt!: Date;
}
