import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import fc from 'fast-check';
import type { Entry, Notice } from '#domain';
import { isFailure, type FailureCode } from '#kernel';
import { readAll } from '#storage';
import { bytesAt, collected, failsWith, testBytes } from '#storage/testing';
import { BackupReader, RangeList, type Damage, type ListedBackup, type Rescue } from '#backup-set';
import { Bench } from '../testing/bench.js';
import { directory, file, synthetic, type Synthetic } from '../testing/synthetic.js';
import { flipped, replace, tamper } from '../testing/tampering.js';

const STREAM = synthetic([
  directory('.', 'Ya', 'Yb', 'Yc'),
  ...['a', 'b', 'c'].map((path, i) => file(path, testBytes(9000 + i, i))),
]);
const SKIPPED: Notice = { path: 'd', state: 'skipped', reason: 'permission denied' };

/** Knows what is in the stream, but has to see all of it first. */
function scanOf(stream: Synthetic, entries: readonly Entry[] = stream.entries): Rescue['scan'] {
  return async function* (bytes) {
    assert.ok((await readAll(bytes)).equals(stream.bytes));
    yield { entries };
  };
}

const noScan: Rescue['scan'] = () => {
  throw new Error('nothing needs to be scanned');
};

function rescuer(bench: Bench, listed: ListedBackup, scan: Rescue['scan'] = noScan): BackupReader {
  const { storage, container, shelf: codecs, directory: work } = bench;
  return new BackupReader(
    { storage, container, codecs, lanes: 2, rescue: { scan, directory: work.path } },
    listed,
  );
}

/** The damaged parts of the stream, neighbours as one. */
async function damageFoundBy(reader: BackupReader): Promise<[number, number][]> {
  const all = [{ start: 0, end: reader.manifest.totals.streamBytes }];
  const ranges = new RangeList();
  const damage: Damage[] = await collected(reader.damageIn(all));
  for (const { start, end } of damage) ranges.add(start, end);
  return [...ranges].map(({ start, end }) => [start, end]);
}

for (const encrypted of [true, false]) {
  describe(`an index made anew in ${encrypted ? 'an encrypted container' : 'a container without encryption'}`, () => {
    let bench: Bench;
    let listed: ListedBackup;
    let good: { key: string; bytes: Buffer }[];
    before(async () => {
      bench = await Bench.make({ encrypted });
      listed = await bench.backup(STREAM, { maxSegmentBytes: 8192, codec: 'none' });
      const keys = ['index', ...listed.read.manifest.segments.map((_, i) => `segments/0000000${i}`)];
      good = [];
      for (const key of keys.map((name) => listed.folder + name)) {
        good.push({ key, bytes: await bytesAt(bench.storage, key) });
      }
    });
    after(() => bench.close());
    afterEach(async () => {
      for (const { key, bytes } of good) await replace(bench.storage, key, bytes);
    });

    const index = () => `${listed.folder}index`;
    const segment = (n: number) => `${listed.folder}segments/0000000${n}`;

    it('has every frame in its place', async () => {
      await tamper(bench.storage, index(), (bytes) => flipped(bytes, 300));
      await failsWith('index.damaged', () => readAll(bench.reader(listed).stream()));
      const reader = rescuer(bench, listed);
      assert.ok((await readAll(reader.stream())).equals(STREAM.bytes));
      const { entries } = STREAM;
      for (const { at, span } of entries) {
        const bytes = await readAll(reader.bytes([{ start: at, end: at + span }]));
        assert.ok(bytes.equals(STREAM.bytes.subarray(at, at + span)));
      }
      assert.deepEqual(
        reader.rescued.map(({ object, backup, failure }) => [object, backup, failure.code]),
        [['index', listed.backup.id, 'index.damaged']],
      );
    });

    it('is not needed when the stored one is whole', async () => {
      const reader = rescuer(bench, listed);
      assert.ok((await readAll(reader.stream())).equals(STREAM.bytes));
      assert.deepEqual(reader.rescued, []);
    });

    it('finds the same damage as the one that was stored, whatever that is', async () => {
      const sizes = listed.read.manifest.segments.map(({ size }) => size);
      const harm = fc
        .nat(sizes.length - 1)
        .chain((n) =>
          fc.oneof(
            fc.record({ n: fc.constant(n), flip: fc.nat((sizes[n] ?? 0) * 8 - 1) }),
            fc.record({ n: fc.constant(n), cut: fc.nat((sizes[n] ?? 0) - 1) }),
            fc.record({ n: fc.constant(n), gone: fc.constant(true) }),
            fc.record({ n: fc.constant(n), like: fc.nat(sizes.length - 1) }),
          ),
        );
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(harm, { selector: ({ n }) => n, minLength: 1, maxLength: sizes.length }),
          async (harms) => {
            for (const { key, bytes } of good) await replace(bench.storage, key, bytes);
            for (const each of harms) {
              const bytes = good[each.n + 1]?.bytes ?? Buffer.alloc(0);
              if ('gone' in each) await bench.storage.remove(segment(each.n));
              else if ('cut' in each)
                await replace(bench.storage, segment(each.n), bytes.subarray(0, each.cut));
              else if ('flip' in each)
                await replace(bench.storage, segment(each.n), flipped(bytes, each.flip));
              else await replace(bench.storage, segment(each.n), good[each.like + 1]?.bytes ?? bytes);
            }
            const expected = await damageFoundBy(bench.reader(listed));
            await bench.storage.remove(index());
            assert.deepEqual(await damageFoundBy(rescuer(bench, listed)), expected);
          },
        ),
        { numRuns: 80 },
      );
    });

    it('loses only the frame whose header says that it goes on behind the end of its segment', async () => {
      const zeros = await bench.backup([file('a', Buffer.alloc(29_000))], { maxSegmentBytes: 8192 });
      const [{ size = 0 } = {}, ...others] = zeros.read.manifest.segments;
      assert.ok(size < 1500 && others.length === 0, `the frames are small: ${size}`);
      await bench.storage.remove(`${zeros.folder}index`);
      // 1024 bytes more: the lengths of the body are the bytes from 12.
      await tamper(bench.storage, `${zeros.folder}segments/00000000`, (bytes) => flipped(bytes, 13 * 8 + 2));
      assert.deepEqual(await damageFoundBy(rescuer(bench, zeros)), [[0, 2048]]);
    });

    it('says of a frame that is in no segment that it is damaged', async () => {
      await bench.storage.remove(index());
      await bench.storage.remove(segment(1));
      await assert.rejects(
        readAll(rescuer(bench, listed).stream()),
        (error) => isFailure(error, 'frame.damaged') && / is in none of its segments$/.test(error.message),
      );
    });

    it('is not made of frames that another backup has sealed', async () => {
      const other = await bench.backup(STREAM, { maxSegmentBytes: 8192, codec: 'none' });
      await bench.storage.remove(index());
      await replace(
        bench.storage,
        segment(0),
        await bytesAt(bench.storage, `${other.folder}segments/00000000`),
      );
      const [[start, end] = []] = await damageFoundBy(rescuer(bench, listed));
      assert.deepEqual([start, end], [0, 3 * 2048]);
    });
  });
}

describe('a catalogue made anew', () => {
  let bench: Bench;
  let listed: ListedBackup;
  beforeEach(async () => {
    bench = await Bench.make({ encrypted: true });
    listed = await bench.backup(STREAM, { notices: [SKIPPED] });
  });
  afterEach(() => bench.close());

  const catalogue = () => `${listed.folder}catalogue`;
  const linesOf = (reader: BackupReader) => collected(reader.catalogue());
  const refused = (code: FailureCode, scan: Rescue['scan']) =>
    failsWith(code, () => linesOf(rescuer(bench, listed, scan)));

  it('has every entry, and no notices', async () => {
    const stored = await linesOf(bench.reader(listed));
    await tamper(bench.storage, catalogue(), (bytes) => flipped(bytes, bytes.length * 8 - 1));
    const reader = rescuer(bench, listed, scanOf(STREAM));
    assert.deepEqual(
      await linesOf(reader),
      stored.filter(({ kind }) => kind === 'entry'),
    );
    assert.deepEqual(
      reader.rescued.map(({ object, unnamed }) => [object, unnamed]),
      [['catalogue', 1]],
    );
  });

  it('is made once', async () => {
    await bench.storage.remove(catalogue());
    let times = 0;
    const reader = rescuer(bench, listed, (bytes) => {
      times += 1;
      return scanOf(STREAM)(bytes);
    });
    assert.deepEqual(await linesOf(reader), await linesOf(reader));
    assert.equal(times, 1);
    assert.equal(reader.rescued.length, 1);
  });

  it('is not needed when the stored one is whole', async () => {
    const reader = rescuer(bench, listed);
    assert.deepEqual(await linesOf(reader), await linesOf(bench.reader(listed)));
    assert.deepEqual(reader.rescued, []);
  });

  it('can be made together with the index', async () => {
    await bench.storage.remove(catalogue());
    await bench.storage.remove(`${listed.folder}index`);
    const reader = rescuer(bench, listed, scanOf(STREAM));
    assert.equal((await linesOf(reader)).length, STREAM.entries.length);
    assert.deepEqual(
      reader.rescued.map(({ object }) => object),
      ['index', 'catalogue'],
    );
  });

  it('is not made of a stream that is damaged, nor of one with other entries, and leaves nothing behind', async () => {
    await bench.storage.remove(catalogue());
    await refused('catalogue.damaged', scanOf(STREAM, STREAM.entries.slice(1)));
    await tamper(bench.storage, `${listed.folder}segments/00000000`, (bytes) => flipped(bytes, 5000));
    await refused('catalogue.damaged', scanOf(STREAM));
    assert.deepEqual(readdirSync(bench.directory.path), []);
  });
});
