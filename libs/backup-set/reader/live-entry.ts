import type { Entry } from '#domain';
import type { BackupReader } from './backup-reader.js';

/** An entry of a restore point, and the level whose stream holds it. */
export interface LiveEntry {
  readonly entry: Entry;
  readonly reader: BackupReader;
  /** Not asked for itself, but a directory on the way to something that is; without its listing. */
  readonly ancestor?: true;
}
