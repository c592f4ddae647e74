import type { Role, User } from '#domain';
import type { ProjectId, UserId } from '#kernel';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { KEY, MOMENT, TEXT, TEXTS } from '../columns.js';

@Entity('users')
@Index('users_name', ['name'], { unique: true })
export class UserRow implements User {
  @PrimaryColumn(KEY) id!: UserId;
  @Column(KEY) name!: string;
  @Column(KEY) project!: ProjectId;
  @Column(TEXTS) roles!: Role[];
  @Column(TEXT) passwordHash!: string;
  @Column(MOMENT) createdAt!: Date;
  @Column(MOMENT) updatedAt!: Date;
}
