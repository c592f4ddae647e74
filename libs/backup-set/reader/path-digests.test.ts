import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { textOf } from '#kernel';
import { PathDigests } from './path-digests.js';

/** What a mark becomes; some take the path out. */
const becoming = (next: number) => (mark: number) => (next === 0 ? undefined : ((mark + next) % 250) + 1);
const same = (mark: number) => mark;

/** Names of any bytes, few enough to be met again. */
const path = fc.oneof(
  fc.nat(40).map((n) => `d/${n}`),
  fc.uint8Array({ maxLength: 2 }).map((bytes) => textOf(bytes)),
);
const step = fc.oneof(
  fc.record({ act: fc.constant('set' as const), path, n: fc.integer({ min: 1, max: 250 }) }),
  fc.record({ act: fc.constant('update' as const), path, n: fc.nat(3) }),
  fc.record({ act: fc.constant('updateAll' as const), n: fc.nat(3) }),
  // More than the smallest table has room for.
  fc.record({ act: fc.constant('setMany' as const), n: fc.integer({ min: 1, max: 250 }) }),
);

describe('paths kept as digests', () => {
  it('are marked, changed and taken out as in a map of paths', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const digests = new PathDigests();
        const map = new Map<string, number>();
        const change = (key: string, next: number | undefined) =>
          next === undefined ? map.delete(key) : map.set(key, next);
        for (const each of steps) {
          if (each.act === 'set') {
            digests.set(each.path, each.n);
            map.set(each.path, each.n);
          } else if (each.act === 'setMany') {
            for (let i = 0; i < 1500; i += 1) {
              digests.set(`many/${i}`, each.n);
              map.set(`many/${i}`, each.n);
            }
          } else if (each.act === 'update') {
            const before = map.get(each.path);
            assert.equal(digests.update(each.path, becoming(each.n)), before);
            if (before !== undefined) change(each.path, becoming(each.n)(before));
          } else {
            digests.updateAll(becoming(each.n));
            for (const [key, mark] of map) change(key, becoming(each.n)(mark));
          }
          assert.equal(digests.size, map.size);
        }
        for (const [key, mark] of map) assert.equal(digests.update(key, same), mark, key);
        for (let i = 0; i < 41; i += 1) assert.equal(digests.update(`d/${i}`, same), map.get(`d/${i}`));
      }),
      { numRuns: 60 },
    );
  });

  it('come and go without end in a table that stays small', () => {
    const digests = new PathDigests();
    for (let i = 0; i < 20_000; i += 1) {
      digests.set(`${i}`, 1);
      assert.equal(
        digests.update(`${i - 100}`, () => undefined),
        i < 100 ? undefined : 1,
      );
      assert.equal(digests.size, Math.min(i + 1, 100));
    }
  });

  it('tell names apart that are not Unicode', () => {
    const digests = new PathDigests();
    const [latin, greek] = [Buffer.from('caf\xe9', 'latin1'), Buffer.from('caf\xe1', 'latin1')];
    digests.set(textOf(latin), 7);
    assert.equal(digests.update(textOf(greek), same), undefined);
    assert.equal(digests.update(textOf(latin), same), 7);
  });
});
