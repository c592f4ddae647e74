import type { BackupId, Failure } from '#kernel';
import type { Entry } from '#domain';

/** What a reader needs to make an index or a catalogue anew from the data. */
export interface Rescue {
  /** Reads a whole stream as its engine does. */
  readonly scan: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<{ readonly entries: readonly Entry[] }>;
  /** An existing directory for temporary files; whoever gives it removes what is left in it. */
  readonly directory: string;
}

/** A damaged object that was made anew. */
export interface Rescued {
  readonly object: 'catalogue' | 'index';
  readonly backup: BackupId;
  /** What was wrong with it. */
  readonly failure: Failure;
  /** Files that the backup could not read, and whose names were lost with the catalogue. */
  readonly unnamed: number;
}
