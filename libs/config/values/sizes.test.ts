import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { formatBytes, formatRate, parseSize } from '#config';

describe('a size', () => {
  const good: readonly [string | number, number][] = [
    ['0', 0],
    [1048576, 1048576],
    ['33554432', 33554432],
    ['512B', 512],
    ['64MiB', 67108864],
    ['64M', 67108864],
    ['8m', 8388608],
    ['8mib', 8388608],
    ['1GB', 1000000000],
    ['1 GB', 1000000000],
    [' 2KiB ', 2048],
    ['2KB', 2000],
    ['1.5G', 1610612736],
    ['0.5KiB', 512],
    ['1.1GB', 1100000000],
    ['3TiB', 3298534883328],
    ['7PiB', 7881299347898368],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ];
  for (const [text, bytes] of good) {
    it(`of ${JSON.stringify(text)} is ${bytes} bytes`, () => assert.equal(parseSize(text), bytes));
  }

  const bad: readonly [string | number, string][] = [
    ['', '"" is not a size such as 64MiB, 500MB or 1048576'],
    ['12 apples', '"12 apples" is not a size such as 64MiB, 500MB or 1048576'],
    ['-1', '"-1" is not a size such as 64MiB, 500MB or 1048576'],
    [-1, '-1 is not a size such as 64MiB, 500MB or 1048576'],
    [NaN, 'NaN is not a size such as 64MiB, 500MB or 1048576'],
    ['1e9', '"1e9" is not a size such as 64MiB, 500MB or 1048576'],
    ['64Mbit', '"64Mbit" is not a size such as 64MiB, 500MB or 1048576'],
    ['5iB', '"5iB" is not a size such as 64MiB or 1048576'],
    ['1.5B', '"1.5B" is not a whole number of bytes'],
    ['0.0001K', '"0.0001K" is not a whole number of bytes'],
    ['9007199254740992', '"9007199254740992" is more than 2^53-1 bytes'],
    ['8192PiB', '"8192PiB" is more than 2^53-1 bytes'],
  ];
  for (const [text, message] of bad) {
    it(`is refused: ${message}`, () => {
      assert.throws(
        () => parseSize(text),
        (error) => isFailure(error, 'input.invalid') && error.message === message,
      );
    });
  }

  it('is exact for any number of bytes', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (bytes) => assert.equal(parseSize(String(bytes)), bytes)));
  });

  it('is shown with three digits at most before the point', () => {
    const shown = [0, 1023, 1024, 1536, 1048524, 1048575, 67108864, 1.5e12, Number.MAX_SAFE_INTEGER].map(
      formatBytes,
    );
    assert.deepEqual(shown, [
      ...['0 B', '1023 B', '1.0 KiB', '1.5 KiB', '1023.9 KiB'],
      ...['1.0 MiB', '64.0 MiB', '1.4 TiB', '8.0 PiB'],
    ]);
  });

  it('is shown as a rate when time has passed', () => {
    assert.equal(formatRate(64 * 1024 * 1024, 2000), '32.0 MiB/s');
    assert.equal(formatRate(100, 0), '–');
  });
});
