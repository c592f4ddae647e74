import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { bytesOf, printable, textOf } from '#kernel';

describe('names as text', () => {
  it('come back as the bytes they were, whatever these are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        assert.deepEqual([...bytesOf(textOf(bytes))], [...bytes]);
      }),
    );
  });

  it('survive JSON', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = JSON.parse(JSON.stringify(textOf(bytes))) as string;
        assert.deepEqual([...bytesOf(text)], [...bytes]);
      }),
    );
  });

  it('are what everybody expects when they are UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => assert.equal(textOf(Buffer.from(text)), text)),
    );
    assert.equal(
      textOf(Buffer.from('\ufffd')),
      '\ufffd',
      'the character that stands for what cannot be read',
    );
  });

  it('hold what is no UTF-8 as lone surrogates: overlong forms, surrogates, cut sequences', () => {
    assert.equal(textOf(Buffer.from([0x61, 0xff, 0x62])), 'a\udcffb');
    assert.equal(textOf(Buffer.from([0xc0, 0xaf])), '\udcc0\udcaf');
    assert.equal(textOf(Buffer.from([0xed, 0xa0, 0x80])), '\udced\udca0\udc80');
    assert.equal(textOf(Buffer.from([0xe2, 0x82])), '\udce2\udc82');
  });

  it('are printed on one line, with bytes that cannot be shown as \\x', () => {
    assert.equal(printable('a\nb\tc\\d\u0007\udcff ü 🦔'), 'a\\nb\\tc\\\\d\\x07\\xff ü 🦔');
  });
});
