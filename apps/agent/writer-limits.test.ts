import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { writerLimits } from './writer-limits.js';

const MiB = 1 << 20;

describe('what a backup may hold', () => {
  const usual = { concurrency: 3, maxSegmentSize: 64 * MiB };

  it('is a segment and an eighth unless told otherwise', () => {
    assert.deepEqual(writerLimits(usual), { queue: 4, uploads: 4, bytes: 72 * MiB });
  });

  it('is what the limit leaves beside the program and its frames', () => {
    const { bytes, queue } = writerLimits({ ...usual, memoryLimit: 1024 * MiB, queueSize: 8 });
    assert.equal(queue, 8);
    assert.equal(bytes, (1024 - 160 - 8 * 4 * 1.5) * MiB);
  });

  it('is refused when not even one segment fits, with what it would take', () => {
    assert.throws(
      () => writerLimits({ ...usual, memoryLimit: 128 * MiB }),
      (error) =>
        isFailure(error, 'input.invalid') &&
        /--memory-limit 128.0 MiB .* takes 248.0 MiB/.test(error.message),
    );
    writerLimits({ ...usual, maxSegmentSize: 2 * MiB, memoryLimit: 192 * MiB });
  });
});
