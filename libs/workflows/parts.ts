import type { Codec, CodecName } from '#codecs';
import type { CodecShelf, WriterState } from '#backup-set';
import type { ArchiveEngine } from '#engines';
import type { Held } from '#host';
import type { Clock, Logger } from '#kernel';
import type { CopiedStorage, StorageBackend } from '#storage';

/** What the step kinds are made of; `compose.ts` of the process puts it together. */
export interface Parts {
  readonly storage: StorageBackend;
  /** The same storage, when it is several that keep a copy each. */
  readonly copies?: CopiedStorage | undefined;
  readonly engine: ArchiveEngine;
  /** Opens a codec at a level (its default without one); the caller closes it. */
  readonly openCodec: (name: CodecName, level?: number) => Promise<Codec>;
  /** Codecs for reading; closed by the process. */
  readonly codecs: CodecShelf;
  /** Frames in work at the same time. */
  readonly lanes: number;
  /** An existing directory for temporary files, private to this process. */
  readonly workDirectory: string;
  /** Keeps here what the next backup will need of this one, from run to run; without it that is read from the storage. */
  readonly stateCache?: { readonly directory: string } | undefined;
  /** Memory for finding stored pieces again, in bytes; the writer's own default without it. */
  readonly tableBytes?: number | undefined;
  /** Takes a lock on what has this name in the storages, or `undefined` when somebody on this machine holds it. */
  readonly exclusively: (name: string) => Promise<Held | undefined>;
  /** Identity of this process, and what is known of others. */
  readonly writer: unknown;
  readonly writerState: WriterState;
  readonly random: (bytes: number) => Uint8Array;
  readonly clock: Clock;
  readonly log: Logger;
}
