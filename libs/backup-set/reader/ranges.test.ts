import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { RangeList } from '#backup-set';
import { collected } from '#storage/testing';
import { isFailure } from '#kernel';
import { FrameIndex, FrameIndexBuilder } from '../frames/frame-index.js';
import { MAX_PLAIN } from '../frames/frame-header.js';
import { visitsOf } from './ranges.js';

/** Rising ranges, some of them neighbours, none empty. */
const rising = fc
  .array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 5 })), { maxLength: 20 })
  .map((steps) => {
    let at = 0;
    return steps.map(([gap, length]) => {
      const start = at + gap;
      at = start + length;
      return { start, end: at };
    });
  });

const bytesIn = (ranges: Iterable<{ start: number; end: number }>) =>
  [...ranges].flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));

describe('a list of ranges', () => {
  const listOf = (ranges: Iterable<{ start: number; end: number }>) => {
    const list = new RangeList();
    for (const { start, end } of ranges) list.add(start, end);
    return list;
  };

  it('holds just the bytes that were added, in as few ranges as can be', () => {
    fc.assert(
      fc.property(rising, (ranges) => {
        const list = listOf(ranges);
        assert.deepEqual(bytesIn(list), bytesIn(ranges));
        const merged = [...list];
        for (const [i, { start }] of merged.entries())
          assert.ok(i === 0 || start > (merged[i - 1]?.end ?? 0));
        assert.equal(list.empty, ranges.length === 0);
      }),
    );
  });

  it('touches what it shares a byte with', () => {
    fc.assert(
      fc.property(rising, fc.nat(60), fc.nat(10), (ranges, start, length) => {
        const bytes = new Set(bytesIn(ranges));
        const shares = bytesIn([{ start, end: start + length }]).some((byte) => bytes.has(byte));
        assert.equal(listOf(ranges).touches(start, start + length), shares);
      }),
    );
  });
});

describe('a frame index', () => {
  const indexOf = (lengths: readonly number[]) => {
    const builder = new FrameIndexBuilder();
    lengths.forEach((plain, number) =>
      builder.add({ segment: number >> 1, offset: (number & 1) * 500, stored: plain + 40, plain, number }),
    );
    return new FrameIndex(builder.encode());
  };

  it('leads to each frame of some ranges once, and to just their bytes in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 15 }),
        rising,
        async (lengths, ranges) => {
          const index = indexOf(lengths);
          const inside = ranges.filter(({ end }) => end <= index.streamBytes);
          const visits = await collected(visitsOf(index, inside));
          const found = visits.flatMap(({ frame, slices }) =>
            bytesIn(slices.map(({ start, end }) => ({ start: frame.at + start, end: frame.at + end }))),
          );
          assert.deepEqual(found, bytesIn(inside));
          const numbers = visits.map(({ frame }) => frame.number);
          assert.deepEqual(
            numbers,
            [...new Set(numbers)].sort((a, b) => a - b),
          );
          for (const { frame, slices } of visits)
            for (const { start, end } of slices) assert.ok(start >= 0 && end <= frame.plain);
        },
      ),
    );
  });

  it('grows beyond its first rows', () => {
    const index = indexOf(Array.from({ length: 3000 }, (_, i) => (i % 7) + 1));
    assert.equal(index.count, 3000);
    assert.deepEqual(index.frame(2999), {
      at: index.streamBytes - 4,
      segment: 1499,
      offset: 500,
      stored: 44,
      plain: 4,
      number: 2999,
    });
  });

  it('that promises what no frame can hold is damaged', () => {
    const bytes = (change: (row: Buffer) => void) => {
      const builder = new FrameIndexBuilder();
      builder.add({ segment: 0, offset: 0, stored: 50, plain: 10, number: 0 });
      const encoded = builder.encode();
      change(encoded.subarray(13));
      return encoded;
    };
    const bad: readonly (() => Buffer)[] = [
      () => bytes((row) => row.writeUInt32LE(0, 12)),
      () => bytes((row) => row.writeUInt32LE(MAX_PLAIN + 1, 12)),
      () => bytes((row) => row.writeUInt32LE(51, 8)),
      () => bytes(() => undefined).subarray(1),
      () => bytes(() => undefined).subarray(0, -1),
      () => Buffer.alloc(0),
    ];
    assert.equal(new FrameIndex(bytes(() => undefined)).streamBytes, 10);
    for (const make of bad)
      assert.throws(
        () => new FrameIndex(make()),
        (error) => isFailure(error, 'index.damaged'),
      );
  });
});
