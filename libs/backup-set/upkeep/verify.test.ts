import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { Entry } from '#domain';
import { bytesAt, collected, failsWith, faultyStorage, memoryStorage, testBytes } from '#storage/testing';
import type { FailureCode } from '#kernel';
import { findBackups, verifyObjects, verifyStream, type ListedBackup } from '#backup-set';
import { FrameSealer } from '../frames/frame-sealer.js';
import { Bench } from '../testing/bench.js';
import { directory, file, synthetic } from '../testing/synthetic.js';
import { flipped, replace, tamper } from '../testing/tampering.js';

const STREAM = synthetic([
  directory('.', 'Ya', 'Yb'),
  file('a', testBytes(9000, 1)),
  file('b', testBytes(9000, 2)),
]);

for (const encrypted of [true, false]) {
  describe(`damage in ${encrypted ? 'an encrypted container' : 'a container without encryption'}`, () => {
    let bench: Bench;
    let listed: ListedBackup;
    beforeEach(async () => {
      bench = await Bench.make({ encrypted });
      listed = await bench.backup(STREAM, { maxSegmentBytes: 4096, codec: 'none' });
    });
    afterEach(() => bench.close());

    const segment = (n: number) => `${listed.folder}segments/0000000${n}`;
    /** Without a key: a listing and the storage are enough. */
    const findings = async () => {
      const [found] = await collected(findBackups(bench.storage));
      assert.ok(found?.kind === 'backup');
      const results = await collected(verifyObjects(bench.storage, found, 2));
      return results.flatMap(({ finding }) =>
        finding ? [`${finding.thing.slice(listed.folder.length)} ${finding.failure.code}`] : [],
      );
    };
    /** With the key: the frames that cannot be opened, by number and failure. */
    const damage = async () => {
      const reader = bench.reader(listed);
      const all = [{ start: 0, end: reader.manifest.totals.streamBytes }];
      return (await collected(reader.damageIn(all))).map(({ start, end, failure }) => {
        assert.equal(end, Math.min(start + 2048, STREAM.bytes.length));
        return `${start / 2048} ${failure.code}`;
      });
    };

    it('is none when there is none', async () => {
      assert.deepEqual(await findings(), []);
      assert.deepEqual(await damage(), []);
    });

    it('is found when a bit is turned', async () => {
      await tamper(bench.storage, segment(3), (bytes) => flipped(bytes, 12_345 % (bytes.length * 8)));
      assert.deepEqual(await findings(), ['segments/00000003 segment.digest-mismatch']);
      assert.deepEqual(await damage(), ['3 frame.damaged']);
    });

    it('is found when a segment is missing', async () => {
      await bench.storage.remove(segment(2));
      assert.deepEqual(await findings(), ['segments/00000002 segment.missing']);
      assert.deepEqual(await damage(), ['2 segment.missing']);
    });

    it('is found when a segment is shorter or longer', async () => {
      await tamper(bench.storage, segment(1), (bytes) => bytes.subarray(0, -1));
      await tamper(bench.storage, segment(4), (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]));
      assert.deepEqual(await findings(), [
        'segments/00000001 segment.digest-mismatch',
        'segments/00000004 segment.digest-mismatch',
      ]);
      // What follows the last frame is nobody's.
      assert.deepEqual(await damage(), ['1 frame.damaged']);
    });

    it('is found when two segments have changed places, though each is whole', async () => {
      const [first, second] = [
        await bytesAt(bench.storage, segment(0)),
        await bytesAt(bench.storage, segment(1)),
      ];
      await replace(bench.storage, segment(0), second);
      await replace(bench.storage, segment(1), first);
      assert.deepEqual(await findings(), [
        'segments/00000000 segment.digest-mismatch',
        'segments/00000001 segment.digest-mismatch',
      ]);
      assert.deepEqual(await damage(), ['0 frame.damaged', '1 frame.damaged']);
    });

    it('is found when a segment is that of another backup of the same things', async () => {
      const other = await bench.backup(STREAM, { maxSegmentBytes: 4096, codec: 'none' });
      await replace(
        bench.storage,
        segment(5),
        await bytesAt(bench.storage, `${other.folder}segments/00000005`),
      );
      assert.deepEqual(await damage(), ['5 frame.damaged']);
    });

    for (const [name, code] of [
      ['catalogue', 'catalogue.damaged'],
      ['index', 'index.damaged'],
      ['state', 'state.damaged'],
    ] as const satisfies readonly (readonly [string, FailureCode])[]) {
      it(`of the ${name} is found, with a key and without`, async () => {
        const key = listed.folder + name;
        const good = await bytesAt(bench.storage, key);
        const read = async () => {
          const reader = bench.reader(listed);
          if (name === 'catalogue') await collected(reader.catalogue());
          if (name === 'index') await reader.index();
          if (name === 'state') await collected(reader.state().open());
        };
        await read();
        for (let bit = 0; bit < good.length * 8; bit += 5) {
          await replace(bench.storage, key, flipped(good, bit));
          await failsWith(code, read);
        }
        assert.deepEqual(await findings(), [`${name} segment.digest-mismatch`]);
        for (const length of [0, 1, 23, 24, good.length - 1]) {
          await replace(bench.storage, key, good.subarray(0, length));
          await failsWith(code, read);
        }
        await replace(bench.storage, key, Buffer.concat([good, good]));
        await failsWith(code, read);
        await bench.storage.remove(key);
        await failsWith(code, read);
        assert.deepEqual(await findings(), [`${name} segment.missing`]);
      });
    }

    it('of a document is found even if each of its frames is good: the manifest names the whole', async () => {
      const { manifest } = bench.reader(listed);
      const key = bench.container.dataKey(manifest.dataKey, manifest.backup);
      const sealer = new FrameSealer(
        'state',
        { container: bench.container.id, backup: manifest.backup },
        key,
      );
      const other = Buffer.from('state of the Engine');
      const forged = Buffer.concat([...sealer.seal(0, 0, other.length, 'none', other)]);
      assert.equal(forged.length, manifest.state.size);
      await replace(bench.storage, `${listed.folder}state`, forged);
      await failsWith('state.damaged', () => collected(bench.reader(listed).state().open()));
    });

    it('is not to be mixed up with a storage that cannot be reached', async () => {
      const faulty = faultyStorage(bench.storage, [{ call: 'get', nth: 2, does: 'fail' }]);
      await failsWith('storage.unavailable', () => collected(verifyObjects(faulty, listed, 1)));
      const reader = bench.reader(
        listed,
        faultyStorage(bench.storage, [{ call: 'get', nth: 3, does: 'fail' }]),
      );
      await failsWith('storage.unavailable', () => collected(reader.damageIn([{ start: 0, end: 10_000 }])));
    });
  });
}

describe('verifying several backups', () => {
  it('reads their objects together, and says of which backup each is', async () => {
    const bench = await Bench.make({ encrypted: true });
    try {
      const zero = await bench.backup(STREAM, { maxSegmentBytes: 4096 });
      const one = await bench.backup([directory('.', 'Na', 'Nb')], { base: zero });
      await tamper(bench.storage, `${one.folder}state`, (bytes) => flipped(bytes, 99));
      const results = await collected(verifyObjects(bench.storage, [zero, one], 3));
      const sizeOf = (listed: ListedBackup) =>
        results.filter(({ of }) => of === listed).reduce((sum, { bytes }) => sum + bytes, 0);
      assert.equal(sizeOf(zero), zero.read.manifest.totals.storedBytes);
      assert.equal(sizeOf(one), one.read.manifest.totals.storedBytes);
      const found = results.filter(({ finding }) => finding);
      assert.deepEqual(
        found.map(({ of, finding }) => [of, finding?.thing]),
        [[one, `${one.folder}state`]],
      );
      assert.deepEqual(await collected(verifyObjects(bench.storage, [], 3)), []);
    } finally {
      await bench.close();
    }
  });
});

describe('verifying a stream', () => {
  let bench: Bench;
  let listed: ListedBackup;
  before(async () => {
    bench = await Bench.make({ encrypted: true, storage: memoryStorage() });
    listed = await bench.backup(STREAM);
  });
  after(() => bench.close());

  /** An engine that finds these entries in whatever it is given. */
  const finding = (entries: readonly Entry[]) =>
    async function* (bytes: AsyncIterable<Uint8Array>) {
      for await (const piece of bytes) yield { bytes: piece, entries: [] };
      yield { bytes: new Uint8Array(), entries };
    };
  const verify = (entries: readonly Entry[]) =>
    collected(verifyStream(bench.reader(listed), finding(entries)));

  it('goes through all of it when it is what the catalogue says', async () => {
    const results = await verify(STREAM.entries);
    assert.equal(
      results.reduce((sum, { bytes }) => sum + bytes, 0),
      STREAM.bytes.length,
    );
    assert.equal(
      results.reduce((sum, { entries }) => sum + entries, 0),
      3,
    );
  });

  it('does not care for the order in which the facts of an entry are told', async () => {
    const reversed = STREAM.entries.map(
      (entry) => Object.fromEntries(Object.entries(entry).reverse()) as unknown as Entry,
    );
    await verify(reversed);
  });

  it('fails when a catalogue disagrees with it', async () => {
    const [root, a, b] = STREAM.entries as [Entry, Entry, Entry];
    const disagreeing: readonly (readonly Entry[])[] = [
      [],
      [root, a],
      [root, a, b, b],
      [root, b, a],
      [root, { ...a, sha256: 'f'.repeat(64) }, b],
      [root, { ...a, mode: 0o600 }, b],
      [root, { ...a, mtimeNs: a.mtimeNs + 1n }, b],
      [root, { ...a, path: 'c' }, b],
      [{ ...root, listing: ['Ya'] }, a, b],
    ];
    for (const entries of disagreeing) await failsWith('verify.failed', () => verify(entries));
  });
});
