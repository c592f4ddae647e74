import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { gear, GEAR_WINDOW, gearHash } from './gear.js';
import { firstBelow } from './gear-scan.js';
import { plainHash } from './plain-framing.fixture.js';
import { noise } from './streams.fixture.js';

function plainFirst(bytes: Buffer, from: number, to: number, limit: number): number {
  for (let at = from; at < to; at += 1) if (plainHash(bytes, at) < limit) return at;
  return -1;
}

describe('the scan for a cut', () => {
  it('finds the first place whose hash is below the limit, and none beyond the end', () => {
    const bytes = noise(5, 40_000);
    const law = fc.property(
      fc.integer({ min: GEAR_WINDOW, max: 39_000 }),
      fc.nat(36_000),
      fc.integer({ min: 6, max: 16 }),
      (from, length, bits) => {
        const to = Math.min(from + length, bytes.length);
        const limit = 2 ** (32 - bits);
        assert.equal(firstBelow(bytes, from, to, limit), plainFirst(bytes, from, to, limit));
      },
    );
    fc.assert(law, { numRuns: 60 });
  });

  it('takes the same hash as the plainest words', () => {
    const bytes = noise(6, 200);
    for (let at = GEAR_WINDOW; at < 200; at += 1)
      assert.equal(gearHash(bytes, at) >>> 0, plainHash(bytes, at));
  });

  it('never cuts zeros, which are known at sight', () => {
    assert.ok(gearHash(Buffer.alloc(GEAR_WINDOW), GEAR_WINDOW) >>> 0 >= 2 ** 25);
    assert.equal(new Set(gear).size, 256);
  });
});
