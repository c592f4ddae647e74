import { invariant } from '#kernel';

/** Part of a stream: from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Ranges that grow while members are added in stream order; neighbours become one. */
export class RangeList implements Iterable<Range> {
  readonly #ends: number[] = [];

  /** `start` must not lie before the end of what was added last. */
  add(start: number, end: number): void {
    const last = this.#ends.length - 1;
    invariant(start >= (this.#ends[last] ?? 0), 'ranges are added in the order of the stream');
    if (start === end) return;
    if (this.#ends[last] === start) this.#ends[last] = end;
    else this.#ends.push(start, end);
  }

  *[Symbol.iterator](): Generator<Range> {
    for (let i = 0; i < this.#ends.length; i += 2)
      yield { start: this.#ends[i] ?? 0, end: this.#ends[i + 1] ?? 0 };
  }

  get empty(): boolean {
    return this.#ends.length === 0;
  }

  /** Whether any range holds a byte from `start` up to `end`. */
  touches(start: number, end: number): boolean {
    let low = 0;
    let high = this.#ends.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle * 2 + 1] ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    const next = this.#ends[low * 2];
    return start < end && next !== undefined && next < end;
  }
}
