import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { discard } from '#codecs';

describe('discarding a buffer', () => {
  it('leaves it empty', () => {
    const buffer = Buffer.alloc(1 << 20, 1);
    discard(buffer);
    assert.equal(buffer.length, 0);
    discard(buffer);
  });

  it('leaves a slice of something bigger alone', () => {
    const bigger = Buffer.alloc(1000, 7);
    discard(bigger.subarray(10, 20));
    assert.equal(bigger[15], 7);
    const pooled = Buffer.from('a few bytes of the pool');
    discard(pooled);
    assert.equal(pooled.toString(), 'a few bytes of the pool');
  });
});
