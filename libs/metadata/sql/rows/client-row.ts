import type { Capabilities, Client } from '#domain';
import type { ProjectId, RecordId, UserId } from '#kernel';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { DOCUMENT, FLAG, KEY, maybe, MOMENT, TEXT } from '../columns.js';

@Entity('clients')
@Index('clients_project_client_id', ['project', 'clientId'], { unique: true })
@Index('clients_client_id', ['clientId'])
export class ClientRow implements Client {
  @PrimaryColumn(KEY) id!: RecordId;
  @Column(KEY) project!: ProjectId;
  @Column(TEXT) userId!: UserId;
  @Column(KEY) clientId!: string;
  @Column(TEXT) hostname!: string;
  @Column(TEXT) description!: string;
  @Column(DOCUMENT) capabilities!: Capabilities;
  @Column(FLAG) central!: boolean;
  @Column(maybe(TEXT)) timezone?: string;
  @Column(maybe(TEXT)) program?: string;
  @Column(maybe(MOMENT)) seenAt?: Date;
  @Column(MOMENT) createdAt!: Date;
  @Column(MOMENT) updatedAt!: Date;
}
