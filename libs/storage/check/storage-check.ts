import type { Failure } from '#kernel';
import type { ObjectKey } from '../storage-backend.js';
import type { RightResult } from './right-result.js';

export const storageRights = ['put', 'get', 'range', 'list', 'head', 'delete'] as const;
export type StorageRight = (typeof storageRights)[number];

export type FindingCode =
  'append-only' | 'no-reading' | 'no-writing' | 'no-listing' | 'no-ranges' | 'no-atomic-put' | 'leftover';

/** Something that the one who chose this place should know. */
export interface StorageFinding {
  readonly code: FindingCode;
  readonly text: string;
}

/** What a place was found to allow, and how fast it is. */
export interface StorageCheck {
  readonly place: string;
  readonly rights: Readonly<Record<StorageRight, RightResult>>;
  /** Bytes of the object that was put and read. */
  readonly bytes: number;
  /** Where it went well. */
  readonly putBytesPerSecond?: number | undefined;
  readonly getBytesPerSecond?: number | undefined;
  /** Until a question about one object was answered, the median of some. */
  readonly headMs?: number | undefined;
  readonly findings: readonly StorageFinding[];
  /** What was put and could not be removed. */
  readonly leftover?: { readonly key: ObjectKey; readonly failure?: Failure | undefined } | undefined;
}
