import type { Action, ActionSettings } from '#domain';
import type { ActionId, JobId, ProjectId, UserId } from '#kernel';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { DOCUMENT, FLAG, KEY, maybe, MOMENT, NUMBER, TEXT } from '../columns.js';

@Entity('actions')
@Index('actions_project_created', ['project', 'createdAt', 'id'])
export class ActionRow implements Action {
  @PrimaryColumn(KEY) id!: ActionId;
  @Column(KEY) project!: ProjectId;
  @Column(TEXT) userId!: UserId;
  @Column(DOCUMENT) settings!: ActionSettings;
  @Column(NUMBER) maxRetries!: number;
  @Column(NUMBER) maxRetriesInterval!: number;
  @Column(FLAG) mandatory!: boolean;
  @Column(maybe(KEY)) madeFor?: JobId;
  @Column(MOMENT) createdAt!: Date;
  @Column(MOMENT) updatedAt!: Date;
}
