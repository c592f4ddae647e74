import type { Backup, Notice } from '#domain';
import type { Codec } from '#codecs';
import type { StorageBackend } from '#storage';
import type { Container } from '../container/container.js';
import type { Framing } from '../frames/index-rows.js';
import type { BackupReader } from '../reader/backup-reader.js';
import type { JournalPlace } from '../resume/backup-journal.js';
import type { TakenUpBackup } from '../resume/take-up.js';
import type { StateCache } from '../state-cache/state-cache.js';
import type { UploadLimits } from './segment-uploads.js';

/** What is known of a backup before its first byte. */
export interface NewBackup extends Omit<Backup, 'base' | 'finishedAt'> {
  readonly base?: { readonly backup: Backup; readonly manifestDigest: string } | undefined;
  readonly framing: Framing;
  /** The levels it stands on, level 0 first: what they hold is not stored again when the framing is by content. */
  readonly below?: readonly BackupReader[] | undefined;
  /** Path of the source, for people. */
  readonly source: string;
  /** SHA-256, hex, of everything that says what belongs to the source and what is left out. */
  readonly selection: string;
  /** Name and version of the writing program. */
  readonly program: string;
  /** The same backup, which another run has begun and this one goes on with. */
  readonly takenUp?: TakenUpBackup | undefined;
}

export interface WriterDeps {
  readonly storage: StorageBackend;
  readonly container: Container;
  /** Compresses the frames. */
  readonly codec: Codec;
  /** Compresses catalogue, index and state. */
  readonly documentCodec: Codec;
  /** Frames compressed at the same time. */
  readonly lanes: number;
  /** How much is held at a time; two segments without it. */
  readonly limits?: WriterLimits | undefined;
  /** Largest stored piece of the stream, at least 4,096; more than 4 GiB counts as 4 GiB. */
  readonly maxSegmentBytes: number;
  /** An existing directory for temporary files; what is written there is sealed like the backup itself. */
  readonly workDirectory: string;
  /** Keeps what the next level will need, so that it need not be read from the storage. */
  readonly stateCache?: StateCache | undefined;
  /** Notes what is stored, so that a later run can go on; only of a stream in equally long frames. */
  readonly journal?: JournalPlace | undefined;
  /** Memory for finding pieces again, in bytes; 64 MiB without it. */
  readonly tableBytes?: number | undefined;
  /** Identity of this process, for the writer mark. */
  readonly writer: unknown;
}

export interface WriterLimits extends UploadLimits {
  /** Frames taken from the source and not yet packed into a segment, at least 1. */
  readonly queue: number;
}

/** What applies when nothing is asked for: as many frames as keep the lanes busy, and two segments. */
export function limitsOf({ limits, lanes, maxSegmentBytes }: WriterDeps): WriterLimits {
  return limits ?? { queue: lanes + 2, uploads: 2, bytes: 2 * maxSegmentBytes };
}

export interface WriteProgress {
  readonly entries: number;
  readonly files: number;
  readonly contentBytes: number;
  readonly streamBytes: number;
  readonly storedBytes: number;
}

export type OnProgress = (progress: WriteProgress) => void;

export interface StreamEnd {
  readonly state: { open(): AsyncIterable<Uint8Array> };
  readonly notices: readonly Notice[];
  readonly finishedAt: Date;
}
