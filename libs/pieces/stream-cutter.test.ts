import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import type { KnownPiece } from './known-piece.js';
import { framePlainly, joined, type PlainFramed, type PlainStream } from './plain-framing.fixture.js';
import { extentsOf, piecesOf } from './rows.js';
import { rowsOf } from './orders-of.js';
import { StreamCutter } from './stream-cutter.js';
import { archiveOf, noise, partsOf, readBack } from './streams.fixture.js';

const ROOM = { frameBytes: 1 << 20, tableBytes: 1 << 20 };

function frame(
  stream: PlainStream,
  settings: { level: number; frameBytes: number; tableBytes: number },
  known: readonly KnownPiece[] = [],
  lengths: readonly number[] = [1 << 20],
): PlainFramed {
  const cutter = new StreamCutter(settings);
  cutter.know(rowsOf(known));
  const framed = [
    ...partsOf(stream, lengths).flatMap(({ bytes, contents }) => cutter.push(bytes, contents)),
    ...cutter.end(),
  ];
  return {
    frames: framed.flatMap((one) => one.frame ?? []),
    extents: framed.flatMap(({ extents }) => extentsOf(extents)),
    pieces: framed.flatMap(({ pieces }) => piecesOf(pieces)),
  };
}

/** Bytes that a level above stores for `after`, where `before` is the level below. */
function added(before: Buffer, after: Buffer): { readonly bytes: number; readonly pieces: number } {
  const base = frame(archiveOf(before), { level: 0, ...ROOM });
  const stream = archiveOf(after);
  const next = frame(stream, { level: 1, ...ROOM }, base.pieces);
  assert.ok(readBack(next.extents, [base.frames, next.frames]).equals(stream.bytes));
  const bytes = next.frames.reduce((sum, { length }) => sum + length, 0);
  return { bytes: bytes - 512, pieces: next.pieces.length };
}

const block = fc.oneof(
  fc.record({ zeros: fc.constant(false), seed: fc.nat(5), length: fc.integer({ min: 1, max: 9000 }) }),
  fc.record({ zeros: fc.constant(true), seed: fc.nat(0), length: fc.integer({ min: 1, max: 9000 }) }),
);
const content = fc
  .array(block, { maxLength: 6 })
  .map((blocks) =>
    Buffer.concat(
      blocks.map(({ zeros, seed, length }) => (zeros ? Buffer.alloc(length) : noise(seed, length))),
    ),
  );
const frameBytes = fc.constantFrom(2048, 3000, 5000, 8192, 70_000);
const tableBytes = fc.constantFrom(0, 46 * 7, 1 << 16);
const lengths = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 5 });
const edit = fc.record({ at: fc.nat(9000), removed: fc.nat(700), added: fc.nat(700) });

describe('a stream that is cut', () => {
  it('comes out as of the plainest framing, however it is parted, and so does what follows on it', () => {
    const law = fc.property(
      fc.array(content, { maxLength: 4 }),
      fc.array(edit, { maxLength: 4 }),
      ...[frameBytes, tableBytes, lengths, lengths],
      (contents, edits, frameBytes, tableBytes, lengths, others) => {
        const room = { frameBytes: frameBytes as number, tableBytes };
        const stream = archiveOf(...contents);
        const base = frame(stream, { level: 0, ...room }, [], lengths);
        assert.deepEqual(base, framePlainly(stream, { level: 0, ...room }, []));
        assert.ok(readBack(base.extents, [base.frames]).equals(stream.bytes));
        assert.ok(base.extents.every(({ length }) => length > 0));

        const changed = contents.map((before, i) => {
          const change = edits[i];
          if (!change) return before;
          const inserted = noise(77 + i, change.added);
          return Buffer.concat([
            before.subarray(0, change.at),
            inserted,
            before.subarray(change.at + change.removed),
          ]);
        });
        const later = archiveOf(...changed);
        const next = frame(later, { level: 1, ...room }, base.pieces, others);
        assert.deepEqual(next, framePlainly(later, { level: 1, ...room }, base.pieces));
        assert.ok(readBack(next.extents, [base.frames, next.frames]).equals(later.bytes));
        assert.ok(next.extents.every(({ length }) => length > 0));
      },
    );
    fc.assert(law, { numRuns: 100 });
  });

  // Whoever read such an index refused all of it: the backup was committed, and could not be restored.
  it('refers to no nothing where a piece fills its frame and what is known already follows', () => {
    const room = { level: 0, frameBytes: 2048, tableBytes: 1 << 16 };
    const known = noise(1, 200);
    const { extents } = frame(
      archiveOf(known, Buffer.concat([Buffer.alloc(2048), known]), Buffer.alloc(0)),
      room,
    );
    assert.deepEqual(
      extents.map(({ length }) => length),
      [512 + 200 + 512, 2048, 200, 512],
    );
  });

  it('has pieces of 8 to 64 KiB, of 24 KiB in the mean', () => {
    const { pieces } = frame(archiveOf(noise(1, 8 << 20)), { level: 0, ...ROOM });
    const lengths = pieces.slice(0, -1).map(({ length }) => length);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    assert.ok(lengths.every((length) => length >= 8 << 10 && length <= 64 << 10));
    assert.ok(mean > 22 << 10 && mean < 26 << 10, `mean ${mean}`);
  });

  it('cuts the same of a content that is said to be huge as of the plainest framing', () => {
    const small = Buffer.concat([noise(3, 1 << 19), Buffer.alloc(1 << 18), noise(4, 1 << 19)]);
    const { bytes, contents } = archiveOf(small, small);
    const huge = { bytes, contents: [contents[0]!, { at: contents[1]!.at, length: 40 * 2 ** 30 }] };
    const settings = { level: 0, ...ROOM };
    assert.deepEqual(frame(huge, settings, [], [99_999]), framePlainly(huge, settings, []));
  });
});

describe('an increment on a content of 4 MiB', () => {
  const before = noise(1, 4 << 20);
  const splice = (at: number, removed: number, inserted: Buffer) =>
    Buffer.concat([before.subarray(0, at), inserted, before.subarray(at + removed)]);

  it('stores nothing of it when it is unchanged', () => {
    assert.deepEqual(added(before, before), { bytes: 0, pieces: 0 });
  });

  it('stores a few pieces where bytes were put in', () => {
    for (const at of [0, 1, 100_000, 2_345_678, before.length]) {
      const { pieces } = added(before, splice(at, 0, noise(2, 1000)));
      assert.ok(pieces >= 1 && pieces <= 4, `${pieces} pieces at ${at}`);
    }
  });

  it('stores a few pieces where bytes were taken away', () => {
    const { pieces } = added(before, splice(1_234_567, 5000, Buffer.alloc(0)));
    assert.ok(pieces >= 1 && pieces <= 4, `${pieces} pieces`);
  });

  it('stores the tail that was appended, and the piece before it', () => {
    const { bytes } = added(before, Buffer.concat([before, noise(2, 100_000)]));
    assert.ok(bytes <= 100_000 + (64 << 10), `${bytes} bytes`);
  });

  it('stores the pieces of pages that were changed', () => {
    const pages = [10, 200, 201, 700];
    const after = Buffer.from(before);
    for (const page of pages) noise(page, 4096).copy(after, page * 4096);
    const { pieces } = added(before, after);
    assert.ok(pieces >= 3 && pieces <= 2 * pages.length, `${pieces} pieces`);
  });

  it('stores a copy of it once', () => {
    const { frames, extents } = frame(archiveOf(before, before), { level: 0, ...ROOM });
    const stored = frames.reduce((sum, { length }) => sum + length, 0);
    assert.equal(stored, before.length + 2 * 512);
    assert.deepEqual(joined(extents), extents);
  });

  it('stores a long run of zeros as one piece, and what it begins and ends with', () => {
    const { pieces } = added(before, Buffer.concat([before, Buffer.alloc(4 << 20)]));
    assert.ok(pieces <= 3, `${pieces} pieces`);
  });

  it('stores it again when no table had room', () => {
    const room = { frameBytes: 1 << 20, tableBytes: 45 };
    const base = frame(archiveOf(before), { level: 0, ...room });
    const next = frame(archiveOf(before, before), { level: 1, ...room }, base.pieces);
    assert.equal(next.pieces.length, 2 * base.pieces.length);
    assert.deepEqual(new Set(next.extents.map(({ level }) => level)), new Set([1]));
  });
});
