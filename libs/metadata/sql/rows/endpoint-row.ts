import type { EndpointId, EndpointSecret, FileEndpoint } from '#domain';
import type { ProjectId, UserId } from '#kernel';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { DOCUMENT, KEY, MOMENT, TEXT } from '../columns.js';

@Entity('file_endpoints')
@Index('file_endpoints_project_name', ['project', 'name'], { unique: true })
@Index('file_endpoints_project_created', ['project', 'createdAt', 'id'])
export class EndpointRow implements FileEndpoint {
  @PrimaryColumn(KEY) id!: EndpointId;
  @Column(KEY) project!: ProjectId;
  @Column(TEXT) userId!: UserId;
  @Column(KEY) name!: string;
  @Column(TEXT) kind!: string;
  @Column(TEXT) description!: string;
  @Column(DOCUMENT) settings!: Readonly<Record<string, unknown>>;
  @Column(DOCUMENT) secrets!: Readonly<Record<string, EndpointSecret>>;
  @Column(MOMENT) createdAt!: Date;
  @Column(MOMENT) updatedAt!: Date;
}
