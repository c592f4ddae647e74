import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { collected, failsWith } from '#storage/testing';
import { FrameIndex } from '../frames/frame-index.js';
import { FrameIndexBuilder } from '../frames/index-builder.js';
import type { Framing } from '../frames/index-rows.js';
import { bytesIn, rising } from '../testing/some-ranges.js';
import { visitsOf } from './frame-visits.js';

/** An index of level 1; every third slice of it lies in frame 7 of level 0 when the framing is by content. */
function indexOf(lengths: readonly number[], framing: Framing): FrameIndex {
  const builder = new FrameIndexBuilder(framing);
  lengths.forEach((plain, number) =>
    builder.add({ segment: 0, offset: 0, stored: plain + 40, plain, number }),
  );
  lengths.forEach((length, i) => {
    const place = i % 3 === 1 ? { level: 0, frame: 7, start: i * 100 } : { level: 1, frame: i, start: 0 };
    if (framing === 'content-defined') builder.addExtent({ ...place, length });
  });
  return new FrameIndex(builder.encode(), 1);
}

const someLengths = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 15 });

describe('the visits of a stream', () => {
  for (const framing of ['fixed', 'content-defined'] as const) {
    it(`lead to each frame of some ranges, and to just their bytes in it (${framing})`, async () => {
      await fc.assert(
        fc.asyncProperty(someLengths, rising, async (lengths, ranges) => {
          const index = indexOf(lengths, framing);
          const inside = ranges.filter(({ end }) => end <= index.streamBytes);
          const places = [...index.between(0, index.streamBytes)].flatMap(({ level, frame, start, length }) =>
            Array.from({ length }, (_, i) => `${level} ${frame} ${start + i}`),
          );
          const visits = await collected(visitsOf(index, inside));
          const found = visits.flatMap(({ level, frame, slices }) =>
            bytesIn(slices).map((byte) => `${level} ${frame} ${byte}`),
          );
          assert.deepEqual(
            found,
            bytesIn(inside).map((byte) => places[byte]),
          );
          for (const [i, { level, frame }] of visits.entries())
            assert.ok(level !== visits[i - 1]?.level || frame !== visits[i - 1]?.frame, 'once in a row');
        }),
      );
    });
  }

  it('tell which parts of the stream their frame is', async () => {
    const builder = new FrameIndexBuilder('content-defined');
    for (const start of [0, 50, 9]) builder.addExtent({ level: 0, frame: 3, start, length: 10 });
    const index = new FrameIndex(builder.encode(), 1);
    const ranges = [
      { start: 2, end: 3 },
      { start: 5, end: 6 },
      { start: 21, end: 30 },
    ];
    const visits = await collected(visitsOf(index, ranges));
    assert.deepEqual(
      visits.map(({ slices, span }) => ({ slices, span: [...span] })),
      [
        {
          slices: [
            { start: 2, end: 3 },
            { start: 5, end: 6 },
            { start: 10, end: 19 },
          ],
          span: [
            { start: 0, end: 10 },
            { start: 20, end: 30 },
          ],
        },
      ],
    );
  });

  it('of a range outside of the stream are refused', async () => {
    await failsWith('index.damaged', () =>
      collected(visitsOf(indexOf([3, 4], 'fixed'), [{ start: 0, end: 8 }])),
    );
  });
});
