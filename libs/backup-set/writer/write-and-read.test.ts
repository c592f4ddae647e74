import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { CODEC_NAMES } from '#codecs';
import { findProgram } from '#host';
import { readAll } from '#storage';
import { collected, failsWith, faultyStorage, keysOf, testBytes } from '#storage/testing';
import type { Entry } from '#domain';
import { frameBytesFor, type ListedBackup } from '#backup-set';
import { Bench, NEVER, STATE } from '../testing/bench.js';
import { directory, file, synthetic, type Spec, type Synthetic } from '../testing/synthetic.js';

/** Files of all sizes, half of which can be compressed. */
const someSpecs: fc.Arbitrary<Spec[]> = fc
  .array(fc.record({ size: fc.nat(30_000), seed: fc.nat(100), dull: fc.boolean() }), { maxLength: 12 })
  .map((files) => [
    directory('.'),
    ...files.map(({ size, seed, dull }, i) =>
      file(`file ${i}`, dull ? Buffer.alloc(size, `${seed} and so on; `) : testBytes(size, seed)),
    ),
  ]);

async function entriesOf(bench: Bench, listed: ListedBackup): Promise<Entry[]> {
  const lines = await collected(bench.reader(listed).catalogue());
  return lines.flatMap((line) => (line.kind === 'entry' ? [line.entry] : []));
}

for (const encrypted of [true, false]) {
  describe(`a backup in ${encrypted ? 'an encrypted container' : 'a container without encryption'}`, () => {
    let bench: Bench;
    before(async () => {
      bench = await Bench.make({ encrypted });
    });
    after(() => bench.close());

    it('is read as it was written, whatever its stream, segments and parts', async () => {
      await fc.assert(
        fc.asyncProperty(
          someSpecs,
          fc.constantFrom(4096, 5000, 9000, 16_384, 65_536, 1 << 20),
          fc.integer({ min: 100, max: 40_000 }),
          async (specs, maxSegmentBytes, partBytes) => {
            const stream = synthetic(specs);
            const parted: Synthetic = { ...stream, parts: () => stream.parts(partBytes) };
            const listed = await bench.backup(parted, { maxSegmentBytes });
            const reader = bench.reader(listed);
            assert.deepEqual(await readAll(reader.stream()), stream.bytes);
            assert.deepEqual(await entriesOf(bench, listed), stream.entries);
            assert.deepEqual(await readAll(reader.state().open()), STATE);
            const { segments, totals } = reader.manifest;
            assert.ok(segments.every(({ size }) => size <= maxSegmentBytes));
            assert.equal(totals.streamBytes, stream.bytes.length);
            assert.equal(totals.entries, specs.length);
            assert.equal(
              totals.contentBytes,
              stream.entries.reduce((sum, { size }) => sum + size, 0),
            );
          },
        ),
        { numRuns: 60 },
      );
    });

    it('gives any ranges of its stream', async () => {
      const stream = synthetic(
        Array.from({ length: 20 }, (_, i) => file(`${i}`, testBytes(5000 + i * 77, i))),
      );
      const listed = await bench.backup(stream, { maxSegmentBytes: 20_000 });
      const reader = bench.reader(listed);
      const length = stream.bytes.length;
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(fc.nat(length), { maxLength: 12 }), async (cuts) => {
          const places = cuts.sort((a, b) => a - b);
          const ranges = [];
          for (let i = 0; i + 1 < places.length; i += 2)
            ranges.push({ start: places[i] ?? 0, end: places[i + 1] ?? 0 });
          const expected = Buffer.concat(ranges.map(({ start, end }) => stream.bytes.subarray(start, end)));
          assert.deepEqual(await readAll(reader.bytes(ranges)), expected);
        }),
      );
      await failsWith('index.damaged', () => readAll(reader.bytes([{ start: 0, end: length + 1 }])));
    });

    it('that is empty is a backup, too', async () => {
      const listed = await bench.backup([]);
      assert.deepEqual(listed.read.manifest.segments, []);
      assert.equal((await readAll(bench.reader(listed).stream())).length, 0);
      assert.deepEqual(await entriesOf(bench, listed), []);
    });

    for (const codec of CODEC_NAMES) {
      it(`can be compressed with ${codec}`, async function () {
        if ((codec === 'xz' || codec === 'bzip2') && !findProgram(codec)) return this.skip();
        const stream = synthetic([
          file('dull', Buffer.alloc(90_000, 'so it goes ')),
          file('noise', testBytes(40_000)),
        ]);
        const listed = await bench.backup(stream, { codec, maxSegmentBytes: 262_144 });
        assert.deepEqual(await readAll(bench.reader(listed).stream()), stream.bytes);
        const { compression, totals } = listed.read.manifest;
        assert.equal(compression, codec);
        assert.equal(totals.storedBytes < totals.streamBytes, codec !== 'none');
      });
    }

    it('consists of the objects that the format names, and of nothing else', async () => {
      const listed = await bench.backup([file('a', testBytes(10_000))], {
        codec: 'none',
        maxSegmentBytes: 4096,
      });
      const names = (await keysOf(bench.storage, listed.folder)).map((key) =>
        key.slice(listed.folder.length),
      );
      const segments = listed.read.manifest.segments.map((_, i) => `segments/0000000${i}`);
      assert.ok(segments.length > 4);
      assert.deepEqual(names, ['catalogue', 'index', 'manifest', ...segments, 'state']);
      assert.deepEqual(await readdir(bench.directory.path), []);
    });

    it('shows nothing of its content to who has no key', async () => {
      const secret = 'a name and a content that nobody may read';
      const listed = await bench.backup([file(secret, secret)], { codec: 'none' });
      const stored = [];
      for (const key of await keysOf(bench.storage, listed.folder))
        stored.push(await readAll(await bench.storage.get(key)));
      assert.equal(Buffer.concat(stored).includes(secret), !encrypted);
    });
  });
}

describe('reading a part of a backup', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.make({ encrypted: true });
  });
  after(() => bench.close());

  it('fetches the index and the frames that hold it, neighbours at once, and nothing else', async () => {
    const stream = synthetic(Array.from({ length: 8 }, (_, i) => file(`${i}`, testBytes(3584, i))));
    const listed = await bench.backup(stream, { codec: 'none', maxSegmentBytes: 16_384 });
    const { folder } = listed;
    const watched = faultyStorage(bench.storage, []);
    // Each member has 4,096 bytes, which is also the size of a frame: three stored frames fill a segment.
    const wanted = [stream.entries[1]!, stream.entries[4]!, stream.entries[5]!];
    const ranges = wanted.map(({ at, span }) => ({ start: at, end: at + span }));
    const bytes = await readAll(bench.reader(listed, watched, 1).bytes(ranges));
    assert.deepEqual(bytes, Buffer.concat(ranges.map(({ start, end }) => stream.bytes.subarray(start, end))));
    assert.deepEqual(watched.diary, [
      `get ${folder}index`,
      `get ${folder}segments/00000000 4136-8272`,
      `get ${folder}segments/00000001 4136-12408`,
    ]);
  });

  it('fetches a frame once, however many of its pieces are wanted', async () => {
    const stream = synthetic(Array.from({ length: 8 }, (_, i) => file(`${i}`, `${i}`)));
    const listed = await bench.backup(stream, { maxSegmentBytes: 65_536 });
    const watched = faultyStorage(bench.storage, []);
    const ranges = stream.entries
      .filter((_, i) => i % 2 === 0)
      .map(({ at, span }) => ({ start: at, end: at + span }));
    await readAll(bench.reader(listed, watched).bytes(ranges));
    assert.equal(watched.diary.filter((call) => call.includes('segments/')).length, 1);
  });

  it('asks for the index again when it could not be read the first time', async () => {
    const listed = await bench.backup([file('a')]);
    const faulty = faultyStorage(bench.storage, [{ call: 'get', nth: 1, does: 'fail' }]);
    const reader = bench.reader(listed, faulty);
    await failsWith('storage.unavailable', () => readAll(reader.stream()));
    assert.equal((await readAll(reader.stream())).length, listed.read.manifest.totals.streamBytes);
  });

  it('ends when it is called off', async () => {
    const listed = await bench.backup([file('a', testBytes(50_000))], { maxSegmentBytes: 16_384 });
    const faulty = faultyStorage(bench.storage, [{ call: 'get', nth: 3, does: 'stall' }]);
    const stop = new AbortController();
    const reason = new Error('no longer wanted');
    const reading = readAll(bench.reader(listed, faulty).stream(stop.signal));
    await faulty.stalled();
    stop.abort(reason);
    await assert.rejects(reading, (error) => (error as Error).message === reason.message);
  });
});

describe('a writer', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.make({ encrypted: true });
  });
  after(() => bench.close());

  it('makes several frames fit into a segment, but never frames of nothing', () => {
    assert.equal(frameBytesFor(64 << 20), 4 << 20);
    assert.equal(frameBytesFor(8 << 20), 2 << 20);
    assert.equal(frameBytesFor(100_000), 24_576);
    for (let size = 4096; size < 20_000; size += 100) {
      assert.ok(frameBytesFor(size) > 0 && frameBytesFor(size) + 40 <= size, `${size}`);
    }
  });

  it('refuses segments that are too small for anything, before it leaves a trace', async () => {
    const before = await keysOf(bench.storage);
    await failsWith('input.invalid', () => bench.begin({ maxSegmentBytes: 4095 }));
    assert.deepEqual(await keysOf(bench.storage), before);
  });

  it('writes one stream and commits once, since a second one would use the nonces of the first again', async () => {
    const stream = synthetic([file('a')]);
    const writer = await bench.begin();
    const end = { state: { open: () => stream.parts() as never }, notices: [], finishedAt: new Date(0) };
    await failsWith('internal.unexpected', () => writer.commit(end, NEVER));
    await writer.write(stream.parts(), NEVER);
    await failsWith('internal.unexpected', () => writer.write(stream.parts(), NEVER));
    await writer.close(false);
    await failsWith('internal.unexpected', () => writer.write(stream.parts(), NEVER));
    await writer.abandon(NEVER);
  });

  it('tells how far it is, and never goes back', async () => {
    const seen: { streamBytes: number; storedBytes: number; entries: number }[] = [];
    const stream = synthetic([file('a', testBytes(70_000)), file('b', testBytes(70_000))]);
    const writer = await bench.begin({ maxSegmentBytes: 16_384 });
    await writer.write(stream.parts(), NEVER, (progress) => seen.push({ ...progress }));
    for (const key of ['streamBytes', 'storedBytes', 'entries'] as const) {
      const numbers = seen.map((progress) => progress[key]);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
        key,
      );
    }
    assert.equal(seen.at(-1)?.streamBytes, stream.bytes.length);
    assert.ok((seen.at(-1)?.storedBytes ?? 0) > stream.bytes.length);
    await writer.close(false);
    await writer.abandon(NEVER);
  });
});
