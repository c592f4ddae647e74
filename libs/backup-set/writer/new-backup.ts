import type { Backup, Notice } from '#domain';
import type { Codec } from '#codecs';
import type { StorageBackend } from '#storage';
import type { Container } from '../container/container.js';

/** What is known of a backup before its first byte. */
export interface NewBackup extends Omit<Backup, 'base' | 'finishedAt'> {
  readonly base?: { readonly backup: Backup; readonly manifestDigest: string } | undefined;
  /** Path of the source, for people. */
  readonly source: string;
  /** SHA-256, hex, of everything that says what belongs to the source and what is left out. */
  readonly selection: string;
  /** Name and version of the writing program. */
  readonly program: string;
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
  /** Largest stored piece of the stream, at least 4,096; more than 4 GiB counts as 4 GiB. */
  readonly maxSegmentBytes: number;
  /** An existing directory for temporary files; what is written there is sealed like the backup itself. */
  readonly workDirectory: string;
  /** Identity of this process, for the writer mark. */
  readonly writer: unknown;
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
