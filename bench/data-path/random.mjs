import { Buffer } from 'node:buffer';
import { createCipheriv, createHash } from 'node:crypto';

const PIECE = Buffer.alloc(1 << 20);

/** Bytes and numbers that follow from a name: the same on every machine. */
export class Random {
  #stream;
  #held = Buffer.alloc(0);

  constructor(name) {
    const key = createHash('sha256').update(name).digest();
    this.#stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  }

  /** Noise: nothing can compress it. At most 1 MiB a call. */
  bytes(count) {
    return this.#stream.update(PIECE.subarray(0, count));
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit) {
    if (this.#held.length < 6) this.#held = this.bytes(6 * 256);
    const number = this.#held.readUIntBE(0, 6);
    this.#held = this.#held.subarray(6);
    return number % limit;
  }

  /** From `least` to `most`, both included. */
  between(least, most) {
    return least + this.below(most - least + 1);
  }

  /** `count` different numbers below `limit`, sorted. */
  some(count, limit) {
    const chosen = new Set();
    while (chosen.size < Math.min(count, limit)) chosen.add(this.below(limit));
    return [...chosen].sort((a, b) => a - b);
  }
}
