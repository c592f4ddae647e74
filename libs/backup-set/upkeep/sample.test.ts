import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { chooseSample, type SampleWish } from '#backup-set';

const objects = fc
  .array(fc.nat(10_000), { minLength: 1, maxLength: 60 })
  .map((sizes) => sizes.map((size, i) => ({ key: `segments/${i}`, size, sha256: '' })));
const seeds = fc.string();

function bytesOf(all: readonly { key: string; size: number }[], keys: ReadonlySet<string>): number {
  return all.reduce((sum, { key, size }) => sum + (keys.has(key) ? size : 0), 0);
}

describe('a sample of stored objects', () => {
  it('is the same for the same seed, in whatever order the objects come', () => {
    const percent = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(objects, seeds, percent, (all, seed, share) => {
        const wish: SampleWish = { kind: 'percent', percent: share };
        const once = chooseSample(all, wish, seed);
        assert.deepEqual([...chooseSample([...all].reverse(), wish, seed)].sort(), [...once].sort());
      }),
    );
  });

  it('is another one for another seed', () => {
    const all = Array.from({ length: 100 }, (_, i) => ({ key: `segments/${i}`, size: 1, sha256: '' }));
    const wish: SampleWish = { kind: 'percent', percent: 20 };
    const [a, b] = [chooseSample(all, wish, 'a'), chooseSample(all, wish, 'b')];
    assert.equal(a.size, 20);
    assert.notDeepEqual([...a].sort(), [...b].sort());
  });

  it('reaches the share asked for, and would not without the last of its objects', () => {
    fc.assert(
      fc.property(objects, seeds, fc.nat(200_000), (all, seed, bytes) => {
        const total = all.reduce((sum, { size }) => sum + size, 0);
        const chosen = chooseSample(all, { kind: 'bytes', bytes }, seed);
        assert.ok(chosen.size >= 1);
        assert.ok(bytesOf(all, chosen) >= Math.min(bytes, total));
        const largest = Math.max(...all.map(({ size }) => size));
        assert.ok(bytesOf(all, chosen) <= bytes + largest);
      }),
    );
  });

  it('of a hundred percent is everything that has bytes', () => {
    fc.assert(
      fc.property(objects, seeds, (all, seed) => {
        const chosen = chooseSample(all, { kind: 'percent', percent: 100 }, seed);
        assert.equal(bytesOf(all, chosen), bytesOf(all, new Set(all.map(({ key }) => key))));
      }),
    );
  });

  it('in parts is everything, each object once, wherever others are added', () => {
    fc.assert(
      fc.property(objects, fc.integer({ min: 1, max: 9 }), fc.nat(60), (all, of, fewer) => {
        const some = all.slice(0, fewer);
        const seen: string[] = [];
        for (let part = 1; part <= of; part += 1) {
          const wish: SampleWish = { kind: 'part', part, of };
          const chosen = chooseSample(all, wish, 'any');
          seen.push(...chosen);
          for (const key of chooseSample(some, wish, 'other')) assert.ok(chosen.has(key));
        }
        assert.deepEqual(seen.sort(), all.map(({ key }) => key).sort());
      }),
    );
  });
});
