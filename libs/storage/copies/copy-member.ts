import type { Failure } from '#kernel';
import type { StorageBackend } from '../storage-backend.js';

/** One of the storages that are to hold the same: one that is open, or what kept it from being opened. */
export type CopyMember =
  | { readonly name: string; readonly storage: StorageBackend }
  | { readonly name: string; readonly place?: string | undefined; readonly failure: Failure };

/** One storage of several, by itself. */
export interface OpenCopy {
  readonly name: string;
  readonly storage: StorageBackend;
}

/** What has become of a copy: only a whole one is written to. */
export interface CopyState {
  readonly name: string;
  /** As {@link StorageBackend.properties}; `''` when a storage that was never opened has not said it. */
  readonly place: string;
  readonly state: 'whole' | 'failed' | 'late';
  /** Why it is not whole. */
  readonly failure?: Failure | undefined;
  /** Why it is no longer asked for listings. */
  readonly unlisted?: Failure | undefined;
  /** What was put here since it was opened. */
  readonly objects: number;
  readonly bytes: number;
}
