import { meter } from '#codecs';
import type { ListedBackup } from '../backup-list.js';
import type { FrameRow } from '../frames/index-rows.js';
import { otherBytes, segmentsOf, type CheckedObject, type VerifiedObject } from './checked-object.js';

/**
 * Digests segments from the stored frames that pass on their way to be opened: their bytes are fetched once for both. Of a
 * segment that does not pass whole and in order nothing is known. Memory held: one digest.
 */
export class SegmentDigests {
  /** By their keys, those that have passed. */
  readonly verified = new Map<string, VerifiedObject>();
  readonly #segments: readonly CheckedObject[];
  /** The segment that passes, and how much of it has. */
  #segment = -1;
  #at = 0;
  #seen = meter();

  constructor(private readonly of: ListedBackup) {
    this.#segments = segmentsOf(of);
  }

  /** The next frame. One that comes again is not looked at again. */
  add({ segment, offset, stored }: FrameRow, bytes: Uint8Array): void {
    if (segment > this.#segment && offset === 0) this.#begin(segment);
    if (segment !== this.#segment || offset !== this.#at || bytes.length !== stored) return;
    this.#seen.add(bytes);
    this.#at += stored;
    const object = this.#segments[segment];
    if (object && this.#at === object.size) this.#end(object);
  }

  #begin(segment: number): void {
    this.#segment = segment;
    this.#at = 0;
    this.#seen = meter();
  }

  #end(object: CheckedObject): void {
    const { size, sha256 } = this.#seen.result();
    const failure = otherBytes(object, sha256);
    const { key } = object;
    const finding = failure && { thing: key, failure };
    this.verified.set(key, { of: this.of, bytes: size, ...(finding ? { finding } : {}) });
  }
}
