import assert from 'node:assert/strict';
import { readdir, readFile, writeFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { Failure } from '#kernel';
import { readAll } from '#storage';
import { bytesAt, collected, faultyStorage, keysOf, testBytes, type ScriptedFault } from '#storage/testing';
import { findBackups, folderContents, removeBackup, verifyObjects, type ListedBackup } from '#backup-set';
import { NEVER, STATE } from '../testing/bench.js';
import { rebuildIndexOf } from '../testing/rebuilt.js';
import { ResumeBench } from '../testing/resume-bench.js';
import { SealLedger } from '../testing/seal-ledger.js';
import { directory, file, synthetic, type Spec } from '../testing/synthetic.js';

const specs = (files: readonly { readonly size: number; readonly seed: number }[]): Spec[] => [
  directory('.'),
  ...files.map(({ size, seed }, i) => file(`file ${i}`, testBytes(size, seed))),
];

const someFiles = fc.array(fc.record({ size: fc.nat(9000), seed: fc.nat(5) }), {
  minLength: 3,
  maxLength: 8,
});
/** What becomes of a source between two runs. */
const someChange = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ does: 'nothing' as const }) },
  fc.record({
    does: fc.constantFrom('change' as const, 'grow' as const, 'remove' as const, 'add' as const),
    at: fc.nat(7),
  }),
);
const someFault = fc.record({
  nth: fc.integer({ min: 1, max: 12 }),
  does: fc.constantFrom('fail' as const, 'lose-answer' as const),
});

type Change = typeof someChange extends fc.Arbitrary<infer T> ? T : never;
interface SourceFile {
  readonly size: number;
  readonly seed: number;
}

function changed(files: readonly SourceFile[], change: Change): SourceFile[] {
  if (change.does === 'nothing') return [...files];
  const at = change.at % Math.max(1, files.length);
  return files.flatMap((each, i): SourceFile[] => {
    if (i !== at) return [each];
    if (change.does === 'remove') return [];
    if (change.does === 'add') return [{ size: 5000, seed: 77 }, each];
    const { size, seed } = each;
    return [change.does === 'grow' ? { size: size + 3000, seed } : { size, seed: seed + 100 }];
  });
}

for (const encrypted of [true, false]) {
  describe(`an interrupted backup in ${encrypted ? 'an encrypted container' : 'a container without encryption'}`, () => {
    let on: ResumeBench;
    before(async () => {
      on = await ResumeBench.make(encrypted);
    });
    after(() => on.bench.close());

    async function assertWhole(listed: ListedBackup, source: readonly Spec[]): Promise<void> {
      const { bench } = on;
      const stream = synthetic(source);
      const reader = bench.reader(listed);
      assert.ok((await readAll(reader.stream())).equals(stream.bytes));
      assert.deepEqual(await readAll(reader.state().open()), STATE);
      const lines = await collected(reader.catalogue());
      assert.deepEqual(
        lines.flatMap((line) => (line.kind === 'entry' ? [line.entry] : [])),
        stream.entries,
      );
      const results = await collected(verifyObjects(bench.storage, listed, 2));
      assert.deepEqual(
        results.flatMap(({ finding }) => finding ?? []),
        [],
      );
      const { findings, strays } = await folderContents(bench.storage, listed);
      assert.deepEqual({ findings, strays }, { findings: [], strays: [] });
    }

    it('is gone on with, wherever it was cut, however often, and whatever changed; no key and nonce seal two things', async () => {
      const ledger = new SealLedger();
      let kept = 0;
      try {
        await fc.assert(
          fc.asyncProperty(
            someFiles,
            fc.array(fc.record({ fault: someFault, change: someChange }), { minLength: 1, maxLength: 4 }),
            async (first, cuts) => {
              const { bench } = on;
              let files: SourceFile[] = first;
              let next: Awaited<ReturnType<ResumeBench['takenUp']>> = 'nothing yet';
              for (const { fault, change } of cuts) {
                const storage = faultyStorage(bench.storage, [{ call: 'put', ...fault, nth: fault.nth + 1 }]);
                const takenUp = typeof next === 'string' ? undefined : next;
                const writer = await bench.begin({ ...on.options, storage, takenUp });
                if (!(await on.interrupt(writer, synthetic(specs(files))))) {
                  await writer.abandon(NEVER);
                  return;
                }
                files = changed(files, change);
                next = await on.takenUp();
                if (typeof next === 'string') await removeBackup(bench.storage, writer.folder);
              }
              const takenUp = typeof next === 'string' ? undefined : next;
              const writer = await bench.begin({ ...on.options, takenUp });
              const manifest = await bench.finish(writer, synthetic(specs(files)));
              kept += writer.kept?.segments ?? 0;
              await assertWhole(await bench.listed(manifest.backup), specs(files));
              assert.equal(await on.left(), undefined, 'a committed backup has no journal');
              assert.equal((await collected(findBackups(bench.storage))).length, 1);
              await removeBackup(bench.storage, writer.folder);
            },
          ),
          { numRuns: 15 },
        );
        assert.deepEqual(ledger.clashes, []);
        assert.ok(kept > 5, `${kept} segments were kept`);
        assert.equal(ledger.count > 200, encrypted);
      } finally {
        ledger.close();
      }
    });

    const SOURCE = specs(Array.from({ length: 8 }, (_, i) => ({ size: 4000, seed: i })));
    const cutAt = (nth: number): ScriptedFault => ({ call: 'put', nth, does: 'fail' });

    async function interrupted(nth: number): Promise<string> {
      const storage = faultyStorage(on.bench.storage, [cutAt(nth)]);
      const writer = await on.bench.begin({ ...on.options, storage });
      assert.ok(await on.interrupt(writer, synthetic(SOURCE)));
      return writer.folder;
    }

    it('stores again nothing that is there and the same', async () => {
      const folder = await interrupted(6);
      const left = await on.left();
      assert.ok(left && 'segments' in left && left.segments.length >= 3);
      const keys = left.segments.map((_, i) => `${folder}segments/0000000${i}`);
      const earlier = await Promise.all(keys.map((key) => bytesAt(on.bench.storage, key)));
      const takenUp = await on.takenUp();
      assert.ok(typeof takenUp !== 'string');
      const storage = faultyStorage(on.bench.storage, []);
      const writer = await on.bench.begin({ ...on.options, storage, takenUp });
      const manifest = await on.bench.finish(writer, synthetic(SOURCE));
      assert.equal(writer.folder, folder);
      assert.equal(writer.kept?.segments, left.segments.length);
      assert.deepEqual(
        storage.diary.filter((call) => keys.some((key) => call === `put ${key}`)),
        [],
      );
      assert.deepEqual(await Promise.all(keys.map((key) => bytesAt(on.bench.storage, key))), earlier);
      const listed = await on.bench.listed(manifest.backup);
      await assertWhole(listed, SOURCE);

      // Frames have the numbers of two runs now, and each still tells its place.
      await on.bench.storage.remove(`${folder}index`);
      assert.equal(await rebuildIndexOf(on.bench, listed), synthetic(SOURCE).bytes.length);
      await removeBackup(on.bench.storage, folder);
    });

    it('begins anew when a segment is gone, or when somebody else has it', async () => {
      const folder = await interrupted(5);
      const mark = await bytesAt(on.bench.storage, `${folder}writer`);
      await on.bench.storage.remove(`${folder}writer`);
      assert.match((await on.takenUp()) as string, /writer mark is not there/);
      await on.bench.storage.put(`${folder}writer`, {
        ...{ size: mark.length, sha256: '' },
        async *open() {
          yield mark;
        },
      });
      await on.bench.storage.remove(`${folder}segments/00000000`);
      assert.equal(await on.takenUp(), 'segments are missing');
      await removeBackup(on.bench.storage, folder);
    });

    it('is not taken over by who may not remove', async () => {
      const folder = await interrupted(5);
      const before = await keysOf(on.bench.storage, folder);
      const failure = new Failure('storage.access-denied', 'no');
      const storage = faultyStorage(on.bench.storage, [
        { call: 'remove', nth: 'every', does: 'fail', failure },
      ]);
      assert.match((await on.takenUp(storage)) as string, /may not remove/);
      assert.deepEqual(await keysOf(on.bench.storage, folder), before);
      await removeBackup(on.bench.storage, folder);
    });

    it('has a journal that is private, holds nothing of the source, and is not believed when a bit of it is turned', async () => {
      const folder = await interrupted(6);
      const directory = join(on.journal.directory, 'interrupted');
      const [name = ''] = await readdir(directory);
      const path = join(directory, name);
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      const bytes = await readFile(path);
      for (const { path: own } of synthetic(SOURCE).entries.slice(1)) assert.ok(!bytes.includes(own));
      const good = await on.left();
      assert.ok(good && 'segments' in good);
      for (let at = 0; at < bytes.length - 1; at += 37) {
        const bent = Buffer.from(bytes);
        bent[at]! ^= 4;
        await writeFile(path, bent);
        const left = await on.left();
        assert.ok(left && 'unusable' in left, `byte ${at}`);
      }
      // One that breaks off says less.
      for (let length = 0; length < bytes.length; length += 41) {
        await writeFile(path, bytes.subarray(0, length));
        const left = await on.left();
        assert.ok(left && ('unusable' in left || left.segments.length <= good.segments.length));
      }
      await writeFile(path, '');
      assert.deepEqual(await on.left(), { unusable: 'its journal is damaged' });
      await removeBackup(on.bench.storage, folder);
    });

    it('is not gone on with once its documents may have been sealed', async () => {
      for (const nth of [1, 2, 3, 4]) {
        const writer = await on.bench.begin(on.options);
        await writer.write(synthetic(SOURCE).parts(), NEVER);
        const key = ['catalogue', 'index', 'state', 'manifest'][nth - 1] ?? '';
        await on.bench.storage.put(writer.folder + key, {
          ...{ size: 1, sha256: '' },
          async *open() {
            yield Buffer.from('x');
          },
        });
        const end = { state: { async *open() {} }, notices: [], finishedAt: new Date(0) };
        await assert.rejects(writer.commit(end, NEVER));
        assert.equal(await on.left(), undefined);
        assert.equal(await writer.setAside(), false);
        await writer.close(false);
        await writer.abandon(NEVER);
      }
    });

    it('of which nothing remains when it is given up has no journal either', async () => {
      const storage = faultyStorage(on.bench.storage, [cutAt(5)]);
      const writer = await on.bench.begin({ ...on.options, storage });
      await assert.rejects(writer.write(synthetic(SOURCE).parts(), NEVER));
      await writer.close(false);
      await writer.abandon(NEVER);
      assert.deepEqual(await keysOf(on.bench.storage, writer.folder), []);
    });
  });
}
