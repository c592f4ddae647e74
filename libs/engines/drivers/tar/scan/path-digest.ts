import { textOf } from '#kernel';
import { below } from '../stream/member-path.js';

/** Two independent digests of 32 bits of a path. Chance decides nothing but accidents here. */
export interface PathDigest {
  readonly high: number;
  readonly low: number;
}

/** A sum over paths that does not depend on their order. */
export class PathSum {
  count = 0;
  #high = 0;
  #low = 0;

  add({ high, low }: PathDigest): void {
    this.count += 1;
    this.#high = (this.#high + high) >>> 0;
    this.#low = (this.#low + low) >>> 0;
  }

  equals(other: PathSum): boolean {
    return this.count === other.count && this.#high === other.#high && this.#low === other.#low;
  }
}

const [HIGH, LOW] = [0x811c9dc5, 0x9747b28c];
const SLASH = 0x2f;

// FNV-like over the units of the text, mixed as MurmurHash ends.
export function digestOf(path: string): PathDigest {
  let [high, low] = [HIGH, LOW];
  for (let i = 0; i < path.length; i += 1) {
    const unit = path.charCodeAt(i);
    high = nextHigh(high, unit);
    low = nextLow(low, unit);
  }
  return { high: mixed(high), low: mixed(low) };
}

/** The digests of what lies in one directory, by its names as bytes: what the directory adds is computed once. */
export class DirectoryDigests {
  readonly #high: number;
  readonly #low: number;

  constructor(private readonly directory: string) {
    let [high, low] = [HIGH, LOW];
    if (directory !== '.') {
      for (let i = 0; i < directory.length; i += 1) {
        const unit = directory.charCodeAt(i);
        high = nextHigh(high, unit);
        low = nextLow(low, unit);
      }
      high = nextHigh(high, SLASH);
      low = nextLow(low, SLASH);
    }
    this.#high = high;
    this.#low = low;
  }

  /** Just {@link digestOf} the path of the name that stands from `start` to `end`. */
  of(bytes: Buffer, start: number, end: number): PathDigest {
    let high = this.#high;
    let low = this.#low;
    for (let i = start; i < end; i += 1) {
      const byte = bytes[i] as number;
      // Only of ASCII are the bytes the units of the text.
      if (byte >= 0x80) return digestOf(below(this.directory, textOf(bytes.subarray(start, end))));
      high = nextHigh(high, byte);
      low = nextLow(low, byte);
    }
    return { high: mixed(high), low: mixed(low) };
  }
}

/** 53 of the 64 bits, as a number. */
export function keyOf({ high, low }: PathDigest): number {
  return high * 2 ** 21 + (low >>> 11);
}

function nextHigh(high: number, unit: number): number {
  return Math.imul(high ^ unit, 0x01000193);
}

function nextLow(low: number, unit: number): number {
  return Math.imul(low + unit, 0x9e3779b1) ^ (low >>> 15);
}

function mixed(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
