import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DOCUMENT, KEY } from '../columns.js';

@Entity('settings')
export class SettingRow {
  @PrimaryColumn(KEY) name!: string;
  /** In an object, since a JSON null of its own would be no value at all. */
  @Column(DOCUMENT) content!: { readonly value: unknown };
}
