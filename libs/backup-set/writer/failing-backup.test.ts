import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, describe, it } from 'mocha';
import { readAll } from '#storage';
import { collected, failsWith, faultyStorage, keysOf, testBytes, type ScriptedFault } from '#storage/testing';
import { isFailure } from '#kernel';
import {
  findBackups,
  removeBackup,
  verifyObjects,
  type BackupSetWriter,
  type ListedBackup,
} from '#backup-set';
import { Bench, NEVER, STATE } from '../testing/bench.js';
import { directory, file, synthetic } from '../testing/synthetic.js';

const STREAM = synthetic([
  directory('.', 'Ya', 'Yb'),
  file('a', testBytes(9000, 1)),
  file('b', testBytes(9000, 2)),
]);
const OPTIONS = { maxSegmentBytes: 4096, codec: 'none' } as const;

for (const encrypted of [true, false]) {
  describe(`a backup on a failing storage (${encrypted ? 'encrypted' : 'not encrypted'})`, () => {
    let bench: Bench;
    let base: ListedBackup;
    before(async () => {
      bench = await Bench.make({ encrypted });
      base = await bench.backup(synthetic([file('earlier', testBytes(5000))]));
    });
    after(() => bench.close());

    async function assertWhole(listed: ListedBackup, bytes: Buffer): Promise<void> {
      const reader = bench.reader(listed);
      assert.deepEqual(await readAll(reader.stream()), bytes);
      assert.deepEqual(await readAll(reader.state().open()), STATE);
      await collected(reader.catalogue());
      const results = await collected(verifyObjects(bench.storage, listed, 2));
      assert.deepEqual(
        results.flatMap(({ finding }) => finding ?? []),
        [],
      );
    }

    /** One backup with a fault, abandoned when it fails. Tells whether it said to be committed, and if the fault was met. */
    async function attempt(fault: ScriptedFault, abandonOn: 'working' | 'broken') {
      const faulty = faultyStorage(bench.storage, [fault]);
      let writer: BackupSetWriter | undefined;
      let committed = false;
      try {
        writer = await bench.begin({ ...OPTIONS, base, storage: faulty });
        await bench.finish(writer, STREAM);
        committed = true;
      } catch (error) {
        assert.ok(isFailure(error), String(error));
        if (writer && abandonOn === 'working') await writer.abandon(NEVER);
      }
      return { committed, isMet: faulty.diary.some((call) => call.includes('→')), folder: writer?.folder };
    }

    for (const does of ['fail', 'lose-answer'] as const) {
      for (const abandonOn of ['working', 'broken'] as const) {
        const rest =
          abandonOn === 'working' ? 'and leaves nothing when it failed' : 'even if it is killed right there';
        it(`whose nth call does ${does} is there whole, or not at all, ${rest}`, async () => {
          for (let nth = 1; ; nth += 1) {
            const { committed, isMet } = await attempt({ call: 'any', nth, does }, abandonOn);
            const found = await collected(findBackups(bench.storage));
            const listed = found.filter((each) => each.kind === 'backup');
            assert.ok(!found.some(({ kind }) => kind === 'damaged'), `call ${nth}`);
            await assertWhole(
              listed.find(({ backup }) => backup.id === base.backup.id)!,
              await readAll(bench.reader(base).stream()),
            );
            const [mine, ...others] = listed.filter(({ backup }) => backup.id !== base.backup.id);
            assert.deepEqual(others, []);
            if (committed) assert.ok(mine, `call ${nth}: what is committed is listed`);
            if (mine) await assertWhole(mine, STREAM.bytes);
            if (abandonOn === 'working' && !committed && nth > 1) {
              assert.deepEqual(
                found.map(({ kind }) => kind),
                ['backup'],
                `call ${nth}`,
              );
            }
            assert.deepEqual(await readdir(bench.directory.path), [], `temporary files after call ${nth}`);
            for (const each of found) {
              if (each.kind === 'unfinished' || each === mine) await removeBackup(bench.storage, each.folder);
            }
            if (!isMet) return assert.ok(nth > 12, 'a backup makes more than twelve calls');
          }
        });
      }
    }

    it('that stores less than it is given is noticed, whichever object it is', async () => {
      for (let nth = 2; ; nth += 1) {
        const { committed, isMet, folder } = await attempt(
          { call: 'put', nth, does: 'short-write', keep: 20 },
          'working',
        );
        assert.equal(committed, !isMet, `put ${nth}`);
        const listed = await bench.backups();
        assert.equal(listed.length, isMet ? 1 : 2);
        if (!isMet) return removeBackup(bench.storage, folder ?? '');
      }
    });

    it('whose base is removed while it is written is not committed', async () => {
      const other = await bench.backup(synthetic([file('x')]));
      const writer = await bench.begin({ base: other });
      await removeBackup(bench.storage, other.folder);
      await failsWith('backup.not-committed', () => bench.finish(writer, STREAM));
      await writer.abandon(NEVER);
      assert.equal((await bench.backups()).length, 1);
    });

    it('whose objects are swept while it is written is not committed', async () => {
      const writer = await bench.begin(OPTIONS);
      await writer.write(STREAM.parts(), NEVER);
      await bench.storage.remove(`${writer.folder}segments/00000002`);
      const end = { state: { open: nothing }, notices: [], finishedAt: new Date(0) };
      await failsWith('backup.not-committed', () => writer.commit(end, NEVER));
      await writer.close(false);
      await writer.abandon(NEVER);
    });

    it('never overwrites what is there under its own keys', async () => {
      const writer = await bench.begin(OPTIONS);
      const { storage } = bench;
      const stranger = faultyStorage(storage, []);
      await stranger.put(`${writer.folder}segments/00000001`, { size: 1, sha256: '', open: () => one() });
      await failsWith('storage.object-exists', () => writer.write(STREAM.parts(), NEVER));
      await writer.close(false);
      await writer.abandon(NEVER);
      assert.deepEqual(await keysOf(storage, writer.folder), []);
    });

    it('ends when it is called off, and abandon waits for what is still under way', async () => {
      const faulty = faultyStorage(bench.storage, [{ call: 'put', nth: 3, does: 'stall' }]);
      const writer = await bench.begin({ ...OPTIONS, storage: faulty });
      const stop = new AbortController();
      const writing = writer.write(STREAM.parts(), stop.signal);
      await faulty.stalled();
      const reason = new Error('no longer wanted');
      stop.abort(reason);
      await assert.rejects(writing, (error) => error === reason);
      await writer.close(false);
      await writer.abandon(NEVER);
      assert.deepEqual(await keysOf(bench.storage, writer.folder), []);
    });

    it('leaves nothing behind a put that ends only after the backup was given up', async () => {
      const faulty = faultyStorage(bench.storage, [{ call: 'put', nth: 2, does: 'stall' }]);
      const writer = await bench.begin({ ...OPTIONS, storage: faulty });
      const broken = async function* () {
        // Two frames: the first segment is on its way, and nobody waits for it yet.
        yield { bytes: Buffer.from(STREAM.bytes.subarray(0, 4096)), entries: [], contents: [] };
        await faulty.stalled();
        throw new Error('the source broke off');
      };
      const started = writer.write(broken(), NEVER);
      await faulty.stalled();
      const abandoning = assert.rejects(started, /broke off/).then(() => writer.abandon(NEVER));
      await new Promise((resolve) => setImmediate(resolve));
      faulty.release();
      await abandoning;
      await writer.close(false);
      assert.deepEqual(await keysOf(bench.storage, writer.folder), []);
    });

    it('hands on what its source throws', async () => {
      const writer = await bench.begin(OPTIONS);
      const reason = new Error('the source broke off');
      const broken = async function* () {
        yield* STREAM.parts(5000);
        throw reason;
      };
      await assert.rejects(writer.write(broken(), NEVER), (error) => error === reason);
      await writer.close(false);
      await writer.abandon(NEVER);
      assert.deepEqual(await keysOf(bench.storage, writer.folder), []);
    });
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* one(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x');
}
