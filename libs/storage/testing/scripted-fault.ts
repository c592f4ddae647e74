import type { Failure } from '#kernel';

export type StorageCall = 'put' | 'get' | 'head' | 'list' | 'folders' | 'remove';

/** Which call: the nth (from 1) of this name, or of all calls together; or every one. */
interface Meets<Call extends StorageCall> {
  readonly call: Call | 'any';
  readonly nth: number | 'every';
}

/** What a faulty storage is to do wrong. Failures are `storage.unavailable` unless told otherwise. */
export type ScriptedFault =
  /** Nothing happens, and the call rejects. */
  | (Meets<StorageCall> & { readonly does: 'fail'; readonly failure?: Failure })
  /** Everything happens, and the call rejects all the same. */
  | (Meets<StorageCall> & { readonly does: 'lose-answer'; readonly failure?: Failure })
  /** Nothing happens until `release()`, or until the call is aborted. */
  | (Meets<StorageCall> & { readonly does: 'stall' })
  /** Stores only the first `keep` bytes, and says that all is well. */
  | (Meets<'put'> & { readonly does: 'short-write'; readonly keep: number })
  /** Gives the byte at `at` of what is read with all its bits turned. */
  | (Meets<'get'> & { readonly does: 'flip-byte'; readonly at: number })
  /** Ends after `keep` bytes as if that were all. */
  | (Meets<'get'> & { readonly does: 'truncate'; readonly keep: number })
  /** Fails after `after` bytes or objects. */
  | (Meets<'get' | 'list' | 'folders'> & {
      readonly does: 'break';
      readonly after: number;
      readonly failure?: Failure;
    })
  /** Takes or gives no more after `after` bytes or objects, until `release()`, or until the call is aborted. */
  | (Meets<'put' | 'get' | 'list' | 'folders'> & { readonly does: 'freeze'; readonly after: number })
  /** Does not know the newest `hides` objects yet. */
  | (Meets<'list' | 'folders'> & { readonly does: 'stale'; readonly hides: number });

export type FaultOf<Does extends ScriptedFault['does']> = Extract<ScriptedFault, { readonly does: Does }>;
