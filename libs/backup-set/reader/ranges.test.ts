import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { RangeList } from '#backup-set';
import { bytesIn, rising } from '../testing/some-ranges.js';

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
