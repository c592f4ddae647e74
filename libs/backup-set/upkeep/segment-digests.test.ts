import assert from 'node:assert/strict';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { bytesAt, testBytes } from '#storage/testing';
import { SegmentDigests, segmentsOf, type ListedBackup } from '#backup-set';
import type { FrameRow } from '../frames/index-rows.js';
import { Bench } from '../testing/bench.js';
import { file, synthetic } from '../testing/synthetic.js';

interface Passing {
  readonly row: FrameRow;
  readonly bytes: Buffer;
}

describe('digests of segments whose frames pass', () => {
  let bench: Bench;
  let listed: ListedBackup;
  let frames: readonly Passing[];
  before(async () => {
    bench = await Bench.make({ encrypted: true });
    const specs = [file('a', testBytes(9000, 1)), file('b', testBytes(9000, 2))];
    listed = await bench.backup(synthetic(specs), { maxSegmentBytes: 8192, codec: 'none' });
    const index = await bench.reader(listed).index();
    const segments = await Promise.all(segmentsOf(listed).map(({ key }) => bytesAt(bench.storage, key)));
    frames = Array.from({ length: index.count }, (_, i) => {
      const row = index.frame(i)!;
      return { row, bytes: segments[row.segment]!.subarray(row.offset, row.offset + row.stored) };
    });
    assert.ok(segments.length > 2 && frames.length > segments.length);
  });
  after(() => bench.close());

  const passed = (passing: readonly Passing[], of = listed) => {
    const digests = new SegmentDigests(of);
    for (const { row, bytes } of passing) digests.add(row, bytes);
    return digests;
  };
  const told = ({ verified }: SegmentDigests) =>
    [...verified.values()].map(({ bytes, finding }) => [bytes, finding?.failure.code]);
  const sound = () => segmentsOf(listed).map(({ size }) => [size, undefined]);

  it('are those of the manifest', () => {
    const digests = passed(frames);
    assert.deepEqual(told(digests), sound());
    assert.ok(segmentsOf(listed).every(({ key }) => digests.verified.has(key)));
  });

  it('do not mind frames that come again', () => {
    const again = frames.flatMap((frame, i) => [frame, frame, ...frames.slice(0, i)]);
    assert.deepEqual(told(passed(again)), sound());
  });

  it('show a byte that has changed, whichever it is', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, change) => {
        const at = which % frames.length;
        const bytes = Buffer.from(frames[at]!.bytes);
        bytes[where % bytes.length]! ^= change;
        const results = told(passed(frames.with(at, { ...frames[at]!, bytes })));
        const damaged = frames[at]!.row.segment;
        assert.deepEqual(
          results.map(([, code]) => code),
          sound().map((_, segment) => (segment === damaged ? 'segment.digest-mismatch' : undefined)),
        );
      }),
    );
  });

  it('are told of no segment that has not passed whole and in order', () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (which, isCut) => {
        const at = which % frames.length;
        const { row, bytes } = frames[at]!;
        const cut = { row, bytes: bytes.subarray(1) };
        const passing = isCut ? frames.with(at, cut) : frames.filter((_, i) => i !== at);
        const digests = passed(passing);
        for (const [i, { key }] of segmentsOf(listed).entries()) {
          assert.equal(digests.verified.has(key), i !== row.segment);
        }
        assert.ok(told(digests).every(([, code]) => code === undefined));
      }),
    );
  });

  it('show a manifest that names another digest, though every frame is good', () => {
    const { manifest } = listed.read;
    const segments = manifest.segments.with(1, { ...manifest.segments[1]!, sha256: 'f'.repeat(64) });
    const other = { ...listed, read: { ...listed.read, manifest: { ...manifest, segments } } };
    const results = told(passed(frames, other)).map(([, code]) => code);
    assert.deepEqual(
      results,
      sound().map((_, i) => (i === 1 ? 'segment.digest-mismatch' : undefined)),
    );
  });
});
