import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { textOf } from '#kernel';
import { below } from '../stream/member-path.js';
import { digestOf, DirectoryDigests } from './path-digest.js';

describe('the digest of a path', () => {
  const name = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 30 }),
    fc.string({ minLength: 1, unit: 'grapheme' }).map((text) => Buffer.from(text)),
    fc.string({ minLength: 1, unit: 'grapheme-ascii' }).map((text) => Buffer.from(text)),
  );
  const directory = fc.oneof(
    fc.constant('.'),
    name.map((bytes) => textOf(bytes)),
  );

  it('is the same whether it is computed of the path or of the bytes of its name', () => {
    fc.assert(
      fc.property(directory, name, fc.nat(9), (directory, bytes, before) => {
        const data = Buffer.concat([Buffer.alloc(before, 'Y'), bytes, Buffer.alloc(3)]);
        assert.deepEqual(
          new DirectoryDigests(directory).of(data, before, before + bytes.length),
          digestOf(below(directory, textOf(bytes))),
        );
      }),
      { numRuns: 500 },
    );
  });
});
