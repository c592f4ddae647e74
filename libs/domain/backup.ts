import type { BackupId } from '#kernel';

/** A committed backup, as far as decisions need it. */
export interface Backup {
  readonly id: BackupId;
  readonly hostname: string;
  readonly name: string;
  /** Id of the level 0 that this backup stands on in the end; its own id when it is one. */
  readonly chain: BackupId;
  readonly level: number;
  /** What its engine took as the state before; none for level 0. */
  readonly base?: BackupId;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly engine: string;
  /** Words that whoever made it gave it, for retention and for people; none when there are none. */
  readonly labels?: readonly string[];
}
