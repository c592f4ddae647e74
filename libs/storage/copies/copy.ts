import type { Failure } from '#kernel';
import type { StorageBackend } from '../storage-backend.js';
import type { CopyMember, CopyState, OpenCopy } from './copy-member.js';

/** One member and what has become of it. */
export class Copy {
  readonly name: string;
  readonly storage: StorageBackend | undefined;
  readonly #place: string;
  readonly #dropped = new AbortController();
  #state: CopyState['state'] = 'whole';
  #failure: Failure | undefined;
  #objects = 0;
  #bytes = 0;
  /** Set when it did not answer a reader: it is then asked after all others. */
  isDoubted = false;
  unlisted: Failure | undefined;

  constructor(member: CopyMember) {
    this.name = member.name;
    this.storage = 'storage' in member ? member.storage : undefined;
    this.#place = 'storage' in member ? member.storage.properties.place : (member.place ?? '');
    if ('failure' in member) this.drop('failed', member.failure);
  }

  get isWhole(): boolean {
    return this.#state === 'whole';
  }

  get isFailed(): boolean {
    return this.#state === 'failed';
  }

  get state(): CopyState {
    const { name, unlisted } = this;
    return {
      ...{ name, place: this.#place, state: this.#state, failure: this.#failure, unlisted },
      ...{ objects: this.#objects, bytes: this.#bytes },
    };
  }

  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Aborted, with the failure, when the copy is dropped: what is on its way there need not arrive. */
  get dropped(): AbortSignal {
    return this.#dropped.signal;
  }

  /** The first reason stays. */
  drop(state: 'failed' | 'late', failure: Failure): void {
    if (!this.isWhole) return;
    this.#state = state;
    this.#failure = failure;
    this.#dropped.abort(failure);
  }

  stored(bytes: number): void {
    this.#objects += 1;
    this.#bytes += bytes;
  }

  takenBack(bytes: number): void {
    this.#objects -= 1;
    this.#bytes -= bytes;
  }
}

export type ReachableCopy = Copy & OpenCopy;

export function isReachable(copy: Copy): copy is ReachableCopy {
  return copy.storage !== undefined;
}
