import { Failure } from '#kernel';
import type { FrameIndex, PlacedExtent } from '../frames/frame-index.js';
import { RangeList, type Range } from './ranges.js';

/** A frame, and what is wanted of it. */
export interface FrameVisit {
  /** Level of the backup that has it, and its number there. */
  readonly level: number;
  readonly frame: number;
  /** Parts of its plaintext, in the order of the stream. */
  readonly slices: readonly Range[];
  /** Of all slices. */
  readonly bytes: number;
  /** What is lost of the stream when the frame is. */
  readonly span: RangeList;
}

/** The frames that hold the ranges, in stream order; one that holds neighbouring parts of the stream comes once for all. */
export async function* visitsOf(index: FrameIndex, ranges: Iterable<Range>): AsyncGenerator<FrameVisit> {
  let visit: OpenVisit | undefined;
  for (const range of ranges) {
    if (range.end > index.streamBytes || range.start > range.end) {
      throw new Failure('index.damaged', 'a range lies outside the stream', {
        ...range,
        stream: index.streamBytes,
      });
    }
    if (range.start === range.end) continue;
    for (const extent of index.between(range.start, range.end)) {
      if (visit && !visit.isOf(extent)) {
        yield visit;
        visit = undefined;
      }
      visit ??= new OpenVisit(extent);
      visit.add(extent, range);
    }
  }
  if (visit) yield visit;
}

class OpenVisit implements FrameVisit {
  readonly level: number;
  readonly frame: number;
  readonly slices: Range[] = [];
  readonly span = new RangeList();
  bytes = 0;
  #last: number | undefined;

  constructor({ level, frame }: PlacedExtent) {
    this.level = level;
    this.frame = frame;
  }

  isOf({ level, frame }: PlacedExtent): boolean {
    return level === this.level && frame === this.frame;
  }

  add({ at, start, length }: PlacedExtent, range: Range): void {
    const slice = {
      start: start + Math.max(range.start - at, 0),
      end: start + Math.min(range.end - at, length),
    };
    this.slices.push(slice);
    this.bytes += slice.end - slice.start;
    // Several ranges may lie in one extent.
    if (this.#last !== at) this.span.add(at, at + length);
    this.#last = at;
  }
}
