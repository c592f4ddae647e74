import type { FrameTags } from './frame-tags.js';
import type { KeptSegment } from './interrupted-backup.js';
import type { TaggedRow } from './journal-record.js';

/**
 * Compares the frames of a stream with those that an interrupted run stored, in order. As soon as one is another, nothing
 * from its segment on can be kept.
 */
export class Replay {
  #segment = 0;
  #rows: readonly TaggedRow[] = [];
  #frame = 0;

  constructor(
    private readonly segments: readonly KeptSegment[],
    private readonly tags: FrameTags,
  ) {
    this.#rows = segments[0]?.rows() ?? [];
  }

  /** Whether there is nothing left to compare with. */
  get isOver(): boolean {
    return this.#segment >= this.segments.length;
  }

  /** How many segments the interrupted run has stored. */
  get count(): number {
    return this.segments.length;
  }

  /** The next frame: `ends` is the last of its segment. */
  compare(plain: Uint8Array): 'same' | 'ends' | 'different' {
    const expected = this.#rows[this.#frame];
    if (!expected || expected.row.plain !== plain.length) return 'different';
    if (!this.tags.of(expected.row.number, plain).equals(expected.tag)) return 'different';
    this.#frame += 1;
    return this.#frame === this.#rows.length ? 'ends' : 'same';
  }

  /** The segment all of whose frames were the same. */
  take(): { readonly segment: KeptSegment; readonly rows: readonly TaggedRow[] } {
    const segment = this.segments[this.#segment] as KeptSegment;
    const rows = this.#rows;
    this.#segment += 1;
    this.#rows = this.segments[this.#segment]?.rows() ?? [];
    this.#frame = 0;
    return { segment, rows };
  }
}
