import { digestInto, emptyDigest, type Digest } from './digest.js';

const KEPT_DIGESTS = 64;

/** Knows zeros at sight, and their digests by heart: the holes of images are mostly what there is of them. */
export class ZeroRuns {
  #zeros: Buffer = Buffer.alloc(0);
  readonly #digests = new Map<number, Digest>();

  /** Whether the `length` bytes from `at` on are zeros. */
  covers(bytes: Buffer, at: number, length: number): boolean {
    if (bytes[at] !== 0 || bytes[at + length - 1] !== 0) return false;
    return this.#upTo(length).compare(bytes, at, at + length, 0, length) === 0;
  }

  digestOf(length: number): Digest {
    const kept = this.#digests.get(length);
    if (kept) return kept;
    if (this.#digests.size === KEPT_DIGESTS) this.#digests.clear();
    const digest = emptyDigest();
    digestInto(digest, this.#upTo(length), 0, length);
    this.#digests.set(length, digest);
    return digest;
  }

  #upTo(length: number): Buffer {
    if (this.#zeros.length < length) this.#zeros = Buffer.alloc(length);
    return this.#zeros;
  }
}
