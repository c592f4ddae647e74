import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { pieceSizes } from './piece-sizes.js';

const GIB = 2 ** 30;

describe('the sizes of pieces', () => {
  const cases: readonly [length: number, frameBytes: number, min: number, max: number, why: string][] = [
    [1, 4 << 20, 8192, 65_536, 'as they are'],
    [16 * GIB, 4 << 20, 8192, 65_536, 'as they are up to 16 GiB'],
    [16 * GIB + 1, 4 << 20, 16_384, 131_072, 'doubled above'],
    [100 * GIB, 4 << 20, 65_536, 524_288, 'doubled for each doubling'],
    [2 ** 53 - 1, 4 << 20, 524_288, 4 << 20, 'no larger than a frame'],
    [2 ** 53 - 1, 2 ** 31, 8192 * 2 ** 14, 2 ** 30, 'and no larger than the hash can tell'],
    [1, 50_000, 4096, 32_768, 'halved until they fit into a frame'],
    [1, 2048, 256, 2048, 'in the smallest frame'],
  ];
  for (const [length, frameBytes, min, max, why] of cases) {
    it(`are ${why}: ${length} bytes in frames of ${frameBytes}`, () => {
      const sizes = pieceSizes(length, frameBytes);
      assert.deepEqual({ min: sizes.min, max: sizes.max }, { min, max });
      assert.ok(sizes.min < sizes.normal && sizes.normal < sizes.max && sizes.strictLimit < sizes.looseLimit);
    });
  }

  it('leave a file of any size up to 1 TiB below a million pieces', () => {
    for (let length = 16 * GIB; length <= 1024 * GIB; length *= 1.5) {
      assert.ok(length / (pieceSizes(length, 4 << 20).normal * 1.05) < 1_000_000, `${length}`);
    }
  });
});
