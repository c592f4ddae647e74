import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { assertSameTree, Fixture, seeded, type Seeded } from '#test/support';

/** `FIRN_TEST_LONG=1`: forty trees instead of four. */
const TREES = process.env['FIRN_TEST_LONG'] === '1' ? 40 : 4;
const GENERATIONS = 3;
/** In frames of 16 KiB as many meet their ends in a small tree as in frames of 1 MiB in a huge one. */
const SMALL_FRAMES = ['--max-segment-size', '65536'];

/** Zeros, repetitive text or noise: what is found again within a file, what is packed, and what is neither. */
function content(chance: Seeded, bytes: number): Buffer {
  const kind = chance.below(5);
  if (kind === 0) return Buffer.alloc(bytes);
  return kind === 1 ? Buffer.alloc(bytes, `line ${chance.below(5)} of many\n`) : chance.bytes(bytes);
}

/** Files that come, grow, shrink into holes, are copied, inserted into, and go. */
function edit(root: string, chance: Seeded): void {
  for (let n = 1 + chance.below(5); n > 0; n -= 1) {
    const path = join(root, `large-${chance.below(6)}`);
    const kind = existsSync(path) ? chance.below(8) : 0;
    const old = kind === 0 ? Buffer.alloc(0) : readFileSync(path);
    const at = chance.below(old.length + 1);
    if (kind <= 1)
      writeFileSync(path, Buffer.concat([1, 2].map(() => content(chance, chance.below(900_000)))));
    else if (kind <= 3)
      writeFileSync(
        path,
        Buffer.concat([old.subarray(0, at), content(chance, 1 + chance.below(40_000)), old.subarray(at)]),
      );
    else if (kind === 4) writeFileSync(path, Buffer.concat([old, old.subarray(0, at)]));
    else if (kind === 5) truncateSync(path, chance.below(3_000_000));
    else if (kind === 6) copyFileSync(path, join(root, `copy-${chance.below(3)}`));
    else rmSync(path);
  }
  for (let n = chance.below(20); n > 0; n -= 1)
    writeFileSync(join(root, `small-${chance.below(40)}`), content(chance, chance.below(9000)));
}

for (let seed = 1; seed <= TREES; seed += 1)
  describe(`a tree of chance in the block engine, seed ${seed}`, function () {
    this.timeout(120_000);
    let fixture: Fixture;
    before(() => {
      fixture = new Fixture();
    });
    after(() => fixture.remove());

    it('is backed up level by level, verified piece by piece, and restored as it was', async () => {
      const chance = seeded(seed);
      const options = ['--engine', 'block', ...(seed % 2 === 0 ? SMALL_FRAMES : [])];
      for (let generation = 0; generation < GENERATIONS; generation += 1) {
        edit(fixture.source, chance);
        const run = await fixture.backup(options);
        assert.equal(run.code, 0, run.stderr);
        assert.equal(run.summary['level'], generation);
      }
      const verified = await fixture.verify(['--read-data']);
      assert.equal(verified.code, 0, JSON.stringify(verified.lines));
      assert.equal((await fixture.restore('restored')).code, 0);
      await assertSameTree(fixture.source, join(fixture.place, 'restored'));
    });
  });
