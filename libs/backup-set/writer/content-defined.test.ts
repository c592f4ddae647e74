import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { CODEC_NAMES } from '#codecs';
import { findProgram } from '#host';
import { readAll } from '#storage';
import { collected, keysOf, testBytes } from '#storage/testing';
import { knownPieces, removeBackup, type ListedBackup } from '#backup-set';
import { Bench, STATE, type BackupOptions } from '../testing/bench.js';
import { around, edited, type Edit } from '../testing/edited-file.js';
import { file, synthetic, type Synthetic } from '../testing/synthetic.js';

const framing = 'content-defined';

/** Evenly anywhere: `fc.double` favours the smallest. */
const somewhere = fc.nat(10_000).map((at) => at / 10_000);

const someEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    does: fc.constantFrom('overwrite' as const, 'insert' as const),
    at: somewhere,
    bytes: fc.nat(9000),
    seed: fc.integer({ min: 1000, max: 2000 }),
  }),
  fc.record({
    does: fc.constant('remove' as const),
    at: somewhere,
    bytes: fc.nat(9000),
  }),
);

for (const encrypted of [true, false]) {
  describe(`a stream that is cut by its content (${encrypted ? 'encrypted' : 'not encrypted'})`, () => {
    let bench: Bench;
    before(async () => {
      bench = await Bench.make({ encrypted });
    });
    after(() => bench.close());

    const level = (stream: Synthetic, base?: ListedBackup, options: BackupOptions = {}) =>
      bench.backup(stream, { framing, ...(base ? { base } : {}), ...options });
    const readerOf = async (listed: ListedBackup) => (await bench.chain(listed)).at(-1)!;

    it('is read as it was written on any level, whatever was changed and however it is cut', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(someEdit, { minLength: 1, maxLength: 4 }),
          fc.constantFrom(8192, 40_000, 65_536, 1 << 20),
          fc.constantFrom('zstd' as const, 'none' as const),
          async (edits, maxSegmentBytes, codec) => {
            let content: Buffer = Buffer.concat([
              testBytes(90_000, 1),
              Buffer.alloc(50_000),
              testBytes(60_000, 2),
            ]);
            let newest = await level(around(content), undefined, { maxSegmentBytes, codec });
            const streams = [around(content)];
            for (const edit of edits) {
              content = edited(content, edit);
              streams.push(around(content));
              newest = await level(around(content), newest, { maxSegmentBytes, codec });
            }
            const chain = await bench.chain(newest);
            for (const [i, reader] of chain.entries()) {
              const { bytes } = streams[i]!;
              assert.ok((await readAll(reader.stream())).equals(bytes), `level ${i}`);
              const entries = (await collected(reader.catalogue())).filter(({ kind }) => kind === 'entry');
              assert.equal(entries.length, 4);
              assert.deepEqual(await readAll(reader.state().open()), STATE);
              assert.equal(reader.manifest.totals.streamBytes, bytes.length);
              assert.ok(reader.manifest.segments.every(({ size }) => size <= maxSegmentBytes));
            }
            assert.deepEqual(await readdir(bench.directory.path), []);
          },
        ),
        { numRuns: 8 },
      );
    });

    // It was committed with an extent of nothing in its index, and nobody could read it.
    it('is read where a piece filled its frame, and the rest of the file was known', async () => {
      const maxSegmentBytes = 32_768;
      const noise = testBytes(150_000, 12);
      const content = Buffer.concat([
        noise.subarray(0, 90_000),
        Buffer.alloc(50_000),
        noise.subarray(90_000),
      ]);
      const zero = await level(around(content), undefined, { maxSegmentBytes });
      content.write('Firn', 110_000);
      const one = await level(around(content), zero, { maxSegmentBytes });
      assert.ok((await readAll((await readerOf(one)).stream())).equals(around(content).bytes));
    });

    it('gives any ranges of itself, from whichever level they come', async () => {
      const content = testBytes(200_000, 3);
      const zero = await level(around(content));
      const changed = edited(edited(content, { does: 'insert', at: 0.3, bytes: 500, seed: 1 }), {
        does: 'overwrite',
        ...{ at: 0.7, bytes: 4000, seed: 2 },
      });
      const stream = around(changed);
      const reader = await readerOf(await level(stream, zero));
      const { length } = stream.bytes;
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(fc.nat(length), { maxLength: 12 }), async (cuts) => {
          const places = cuts.sort((a, b) => a - b);
          const ranges = [];
          for (let i = 0; i + 1 < places.length; i += 2)
            ranges.push({ start: places[i]!, end: places[i + 1]! });
          const expected = Buffer.concat(ranges.map(({ start, end }) => stream.bytes.subarray(start, end)));
          assert.ok((await readAll(reader.bytes(ranges))).equals(expected));
        }),
        { numRuns: 50 },
      );
    });

    it('stores of a large file that is there already next to nothing', async () => {
      const content = testBytes(400_000, 4);
      const zero = await level(around(content));
      const one = await level(around(content), zero);
      const two = await level(around(edited(content, { does: 'insert', at: 0.5, bytes: 10, seed: 1 })), one);
      const bytesOf = ({ read }: ListedBackup) =>
        read.manifest.segments.reduce((sum, { size }) => sum + size, 0);
      assert.ok(bytesOf(zero) > 400_000);
      assert.ok(bytesOf(one) < 12_000, `unchanged: ${bytesOf(one)}`);
      assert.ok(bytesOf(two) < 30_000, `ten bytes more: ${bytesOf(two)}`);
      // Slices of frames, not pieces, stand in the index.
      assert.ok(one.read.manifest.index.size < 2000, `index: ${one.read.manifest.index.size}`);
    });

    it('refers to lower levels only, so that the highest can be removed', async () => {
      const contents = [testBytes(150_000, 5)];
      const levels = [await level(around(contents[0]!))];
      for (const seed of [1, 2]) {
        contents.push(edited(contents.at(-1)!, { does: 'overwrite', at: 0.2 * seed, bytes: 3000, seed }));
        levels.push(await level(around(contents.at(-1)!), levels.at(-1)));
      }
      for (const i of [2, 1, 0]) {
        const reader = await readerOf(levels[i]!);
        assert.ok((await readAll(reader.stream())).equals(around(contents[i]!).bytes));
        await removeBackup(bench.storage, levels[i]!.folder);
      }
    });

    it('tells later levels of every piece of large contents', async () => {
      const stream = around(testBytes(100_000, 7));
      const zero = await level(stream);
      const pieces = (await collected(knownPieces(await bench.chain(zero)))).flat();
      const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
      assert.equal(bytes, 100_000);
      assert.ok(pieces.every((piece) => piece.level === 0 && piece.digest.length === 24));
    });

    it('that is empty is a backup, too', async () => {
      const zero = await level(synthetic([]));
      const one = await level(synthetic([]), zero);
      assert.equal((await readAll((await readerOf(one)).stream())).length, 0);
    });

    for (const codec of CODEC_NAMES) {
      it(`can be compressed with ${codec}`, async function () {
        if ((codec === 'xz' || codec === 'bzip2') && !findProgram(codec)) return this.skip();
        const content = Buffer.concat([Buffer.alloc(90_000, 'so it goes '), testBytes(40_000)]);
        const zero = await level(around(content), undefined, { codec });
        const changed = around(edited(content, { does: 'insert', at: 0.1, bytes: 99, seed: 9 }));
        const one = await level(changed, zero, { codec });
        assert.ok((await readAll((await readerOf(one)).stream())).equals(changed.bytes));
      });
    }

    it('consists of the objects that the format names, and of nothing else', async () => {
      const listed = await level(synthetic([file('a', 'a')]));
      const keys = await keysOf(bench.storage, listed.folder);
      assert.deepEqual(
        keys.map((key) => key.slice(listed.folder.length)),
        ['catalogue', 'index', 'manifest', 'pieces', 'segments/00000000', 'state'],
      );
    });
  });
}
