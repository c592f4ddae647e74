import type { CodecName } from '#codecs';
import type { LevelPolicy } from '#domain';
import type { PassphraseCost, SampleWish, Unlock, WriterLimits } from '#backup-set';
import type { Source } from '#engines';

/** Everything a backup is told. */
export interface BackupOrder {
  readonly source: Source;
  readonly hostname: string;
  readonly name: string;
  readonly policy: LevelPolicy;
  /** Words that the backup is to bear. */
  readonly labels?: readonly string[] | undefined;
  /** Encrypts a new container, opens an encrypted one. */
  readonly passphrase?: string | undefined;
  readonly passphraseCost?: PassphraseCost | undefined;
  readonly compression: CodecName;
  readonly compressionLevel?: number | undefined;
  /** Bytes of the largest stored object. */
  readonly maxSegmentBytes: number;
  /** Goes on with an interrupted backup of the same order unless it is `false`. */
  readonly resume?: boolean | undefined;
  /** How much is held at a time; the writer's own default without it. */
  readonly limits?: WriterLimits | undefined;
  /** Name and version of this program. */
  readonly program: string;
}

export type Overwrite = 'never' | 'if-newer' | 'always';

/** Everything a restore is told. */
export interface RestoreOrder {
  readonly hostname?: string | undefined;
  readonly name?: string | undefined;
  readonly unlock?: Unlock | undefined;
  /** Full id, the beginning of one, or `latest`. */
  readonly id?: string | undefined;
  /** The newest restore point at or before this moment. */
  readonly at?: Date | undefined;
  /** Absolute path of the directory that is written to; made when it is missing. */
  readonly target: string;
  /** Everything when there is none. */
  readonly include: readonly string[];
  readonly overwrite: Overwrite;
  /** Removes what is in the target and was not in the restore point. */
  readonly delete: boolean;
  /** Restores what is not damaged, and names the rest. A damaged index or catalogue is made anew from the data. */
  readonly keepGoing: boolean;
}

/** Everything a verification is told. */
export interface VerifyOrder {
  readonly hostname?: string | undefined;
  readonly name?: string | undefined;
  /** One backup with all it stands on; everything when there is none. */
  readonly id?: string | undefined;
  readonly unlock?: Unlock | undefined;
  /** Opens and reads all data, which needs the key; otherwise the stored bytes are compared with their digests. */
  readonly readData: boolean;
  /** Compares the digests of a sample; without it those of everything. All objects are looked for in any case. */
  readonly sample?: SampleOrder | undefined;
  /** Keeps the result in the container, made by this program; without it nothing is written. */
  readonly keepAs?: { readonly program: string } | undefined;
}

export interface SampleOrder {
  readonly wish: SampleWish;
  /** The wish as it was written, such as `5%`. */
  readonly wanted: string;
  /** Draws the objects; the same for the same. */
  readonly seed: string;
}

/** A command to run on this client. */
export interface ExecOrder {
  /** Program and arguments; never a line for a shell. */
  readonly command: readonly string[];
  readonly timeoutMs?: number | undefined;
}
