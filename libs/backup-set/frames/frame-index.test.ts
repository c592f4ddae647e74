import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import type { Extent } from '#pieces';
import { FrameIndex } from './frame-index.js';
import { FrameIndexBuilder } from './index-builder.js';
import { MAX_PLAIN } from './frame-header.js';

const refused = (bytes: Buffer, level = 0) =>
  assert.throws(
    () => new FrameIndex(bytes, level),
    (error) => isFailure(error, 'index.damaged'),
  );

describe('a frame index', () => {
  it('grows beyond its first rows', () => {
    const builder = new FrameIndexBuilder();
    for (let number = 0; number < 9000; number += 1) {
      const plain = (number % 7) + 1;
      builder.add({ segment: number >> 1, offset: (number & 1) * 500, stored: plain + 40, plain, number });
    }
    const index = new FrameIndex(builder.encode(), 0);
    assert.equal(index.count, 9000);
    assert.deepEqual(index.frame(8999), {
      segment: 4499,
      offset: 500,
      stored: 45,
      plain: 5,
      number: 8999,
    });
    assert.equal(index.frame(9000), undefined);
    assert.deepEqual(
      [...index.between(index.streamBytes - 1, index.streamBytes)],
      [{ level: 0, frame: 8999, start: 0, length: 5, at: index.streamBytes - 5 }],
    );
  });

  it('that promises what no frame can hold is damaged', () => {
    const bytes = (change: (row: Buffer) => void) => {
      const builder = new FrameIndexBuilder();
      builder.add({ segment: 0, offset: 0, stored: 50, plain: 10, number: 0 });
      const encoded = builder.encode();
      change(encoded.subarray(13));
      return encoded;
    };
    assert.equal(
      new FrameIndex(
        bytes(() => undefined),
        0,
      ).streamBytes,
      10,
    );
    refused(bytes((row) => row.writeUInt32LE(0, 12)));
    refused(bytes((row) => row.writeUInt32LE(MAX_PLAIN + 1, 12)));
    refused(bytes((row) => row.writeUInt32LE(51, 8)));
    refused(bytes(() => undefined).subarray(1));
    refused(bytes(() => undefined).subarray(0, -1));
    refused(Buffer.alloc(0));
  });
});

describe('the index of a stream that is cut by its content', () => {
  const OLD: Extent = { level: 1, frame: 70_000, start: 5, length: 1000 };
  const OWN: Extent = { level: 3, frame: 0, start: 2, length: 8 };

  const encoded = (extents: readonly Extent[]) => built(extents).encode();

  function built(extents: readonly Extent[]): FrameIndexBuilder {
    const builder = new FrameIndexBuilder('content-defined');
    builder.add({ segment: 0, offset: 0, stored: 50, plain: 10, number: 0 });
    for (const extent of extents) builder.addExtent(extent);
    return builder;
  }

  it('tells of which slices of which levels the stream consists', () => {
    const index = new FrameIndex(encoded([OLD, OWN, OLD]), 3);
    assert.equal(index.framing, 'content-defined');
    assert.equal(index.count, 1);
    assert.equal(index.streamBytes, 2008);
    assert.deepEqual(
      [...index.between(999, 1001)],
      [
        { ...OLD, at: 0 },
        { ...OWN, at: 1000 },
      ],
    );
    assert.deepEqual([...index.between(1008, 2008)], [{ ...OLD, at: 1008 }]);
  });

  it('may be that of nothing', () => {
    const index = new FrameIndex(new FrameIndexBuilder('content-defined').encode(), 0);
    assert.deepEqual([index.framing, index.count, index.streamBytes], ['content-defined', 0, 0]);
  });

  it('is read though it has extents of nothing, as builds before the release of 0.1 wrote them', () => {
    const nothing = { ...OWN, start: 10, length: 0 };
    const index = new FrameIndex(encoded([nothing, OLD, nothing, nothing, OWN, nothing]), 3);
    assert.equal(index.streamBytes, 1008);
    const whole = [
      { ...OLD, at: 0 },
      { ...OWN, at: 1000 },
    ];
    assert.deepEqual([...index.between(0, 1008)], whole);
    assert.deepEqual([...index.between(1000, 1008)], whole.slice(1));
  });

  it('is never committed with rows that could not be read again', () => {
    const refusedAt = (extents: readonly Extent[]) =>
      assert.throws(
        () => built(extents).check(3),
        (error) => isFailure(error, 'internal.unexpected') && error.message.startsWith('extent 1 of'),
      );
    built([OLD, OWN, OLD]).check(3);
    refusedAt([OLD, { ...OWN, start: 10, length: 0 }]);
    refusedAt([OLD, { ...OWN, length: 9 }]);
    refusedAt([OLD, { ...OWN, frame: 1 }]);
    refusedAt([OLD, { ...OLD, level: 4 }]);

    const builder = new FrameIndexBuilder();
    for (const plain of [10, 0]) builder.add({ segment: 0, offset: 0, stored: 50, plain, number: 0 });
    assert.throws(
      () => builder.check(0),
      (error) => isFailure(error, 'internal.unexpected') && error.message.startsWith('row 1 of'),
    );
  });

  const bad: readonly { why: string; bytes: Buffer }[] = [
    { why: 'refers to a level above', bytes: encoded([{ ...OLD, level: 4 }]) },
    { why: 'goes on behind the end of a frame', bytes: encoded([{ ...OWN, length: 9 }]) },
    { why: 'refers to a frame that is not there', bytes: encoded([{ ...OWN, frame: 1 }]) },
    { why: 'has a slice larger than any frame', bytes: encoded([{ ...OLD, length: MAX_PLAIN }]) },
    { why: 'has fewer rows than it says', bytes: encoded([OLD]).subarray(0, -16) },
    { why: 'breaks off in its counts', bytes: encoded([OLD]).subarray(0, 20) },
  ];
  for (const { why, bytes } of bad) it(`is damaged when it ${why}`, () => refused(bytes, 3));

  it('is damaged when its frames do not stand in the order of their numbers', () => {
    const builder = new FrameIndexBuilder('content-defined');
    builder.add({ segment: 0, offset: 0, stored: 50, plain: 10, number: 1 });
    refused(builder.encode());
  });
});
