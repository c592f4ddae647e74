import { createHash } from 'node:crypto';

/**
 * The ETag that Swift gives to bytes: their MD5; with parts, the MD5 of the MD5s of the parts, in hex, one after another.
 */
export class EtagDigest {
  readonly #etags: string[] = [];
  #hash = createHash('md5');
  #inPart = 0;

  /** `partSize`: how many bytes each part has but the last; `undefined` for an object without parts. */
  constructor(private readonly partSize?: number) {}

  update(bytes: Uint8Array): void {
    if (this.partSize === undefined) {
      this.#hash.update(bytes);
      return;
    }
    for (let at = 0; at < bytes.length;) {
      if (this.#inPart === this.partSize) this.#nextPart();
      const piece = bytes.subarray(at, at + this.partSize - this.#inPart);
      this.#hash.update(piece);
      this.#inPart += piece.length;
      at += piece.length;
    }
  }

  /** Once, at the end. */
  etag(): string {
    const last = this.#hash.digest('hex');
    return this.partSize === undefined ? last : etagOfParts([...this.#etags, last]);
  }

  #nextPart(): void {
    this.#etags.push(this.#hash.digest('hex'));
    this.#hash = createHash('md5');
    this.#inPart = 0;
  }
}

export function etagOfParts(etags: readonly string[]): string {
  return createHash('md5').update(etags.join('')).digest('hex');
}

/** Without the quotes that Swift puts around some. */
export function plainEtag(header: string | undefined): string | undefined {
  return header?.replace(/^(W\/)?"|"$/g, '').toLowerCase();
}
