import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Slabs } from '#codecs';

describe('slabs', () => {
  it('are used again, also when only a part comes back', () => {
    const slabs = new Slabs(4096, 2);
    const first = slabs.take();
    assert.equal(first.length, 4096);
    slabs.give(first.subarray(10, 20));
    const second = slabs.take();
    assert.equal(second.buffer, first.buffer);
    assert.equal(second.length, 4096);
  });

  it('beyond those that are kept are freed at once', () => {
    const slabs = new Slabs(4096, 1);
    const [kept, freed] = [slabs.take(), slabs.take()];
    slabs.give(kept);
    slabs.give(freed);
    assert.equal(kept.length, 4096);
    assert.equal(freed.length, 0);
  });

  it('that nobody uses are freed when asked for', () => {
    const slabs = new Slabs(4096, 2);
    const [used, free] = [slabs.take(), slabs.take()];
    slabs.give(free);
    slabs.clear();
    assert.deepEqual([used.length, free.length, slabs.take().length], [4096, 0, 4096]);
  });

  it('do not take what is none of them', () => {
    const slabs = new Slabs(4096, 2);
    const strange = Buffer.allocUnsafeSlow(100);
    slabs.give(strange);
    slabs.give(Buffer.from('of the pool'));
    assert.equal(slabs.take().length, 4096);
    assert.equal(strange.length, 100);
  });
});
