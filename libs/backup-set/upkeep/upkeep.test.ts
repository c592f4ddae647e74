import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { collected, failsWith, faultyStorage, keysOf, textBody } from '#storage/testing';
import {
  findBackups,
  findOrphans,
  removeBackup,
  sweepOrphans,
  verifyObjects,
  type BackupSetWriter,
  type ListedBackup,
  type WriterState,
} from '#backup-set';
import { Bench, NEVER, SERIES, START } from '../testing/bench.js';
import { file, synthetic } from '../testing/synthetic.js';
import { replace } from '../testing/tampering.js';

const DAY = 24 * 3600 * 1000;
const SPECS = [file('a', Buffer.alloc(9000, 'a')), file('b', Buffer.alloc(9000, 'b'))];
const OPTIONS = { maxSegmentBytes: 4096, codec: 'none' } as const;

const gone: WriterState = () => 'gone';
const running: WriterState = () => 'running';
const unknown: WriterState = () => 'unknown';

describe('the removal of a backup', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.make({ encrypted: true });
  });
  afterEach(() => bench.close());

  const isWhole = async (listed: ListedBackup) =>
    (await collected(verifyObjects(bench.storage, listed, 2))).every(({ finding }) => !finding);

  for (const does of ['fail', 'lose-answer'] as const) {
    it(`whose nth call does ${does} never leaves a backup that is listed and not whole, and repeated it ends`, async () => {
      for (let nth = 1; ; nth += 1) {
        const doomed = await bench.backup(SPECS, OPTIONS);
        const kept = await bench.backup([file('kept')]);
        const faulty = faultyStorage(bench.storage, [{ call: 'any', nth, does }]);
        const cut = await removeBackup(faulty, doomed.folder).then(
          () => false,
          () => true,
        );
        for (const listed of await bench.backups()) assert.ok(await isWhole(listed), `call ${nth}`);
        await removeBackup(bench.storage, doomed.folder);
        await removeBackup(bench.storage, doomed.folder);
        assert.deepEqual(await keysOf(bench.storage, doomed.folder), []);
        assert.ok(await isWhole(kept));
        await removeBackup(bench.storage, kept.folder);
        if (!cut) return assert.ok(nth > 8, 'it takes more than eight calls');
      }
    });

    it(`whose nth call does ${does} is ended by the next sweep`, async () => {
      for (let nth = 1; ; nth += 1) {
        const doomed = await bench.backup(SPECS, OPTIONS);
        const faulty = faultyStorage(bench.storage, [{ call: 'any', nth, does }]);
        const cut = await removeBackup(faulty, doomed.folder).then(
          () => false,
          () => true,
        );
        await sweepOrphans(bench.storage, await findOrphans(bench.storage, SERIES, unknown, START));
        const left = await keysOf(bench.storage, doomed.folder);
        // Only when not even the manifest is gone, the backup is simply still there.
        if (left.length > 0) assert.ok(nth === 1 && left.includes(`${doomed.folder}manifest`));
        await removeBackup(bench.storage, doomed.folder);
        if (!cut) return;
      }
    });
  }

  it('takes the manifest first and the mark of its writer last', async () => {
    const { folder } = await bench.backup(SPECS, OPTIONS);
    await bench.storage.put(`${folder}writer`, textBody('{}'));
    const watched = faultyStorage(bench.storage, []);
    await removeBackup(watched, folder);
    const removed = watched.diary.filter((call) => call.startsWith('remove '));
    assert.equal(removed[0], `remove ${folder}manifest`);
    assert.equal(removed.at(-1), `remove ${folder}writer`);
  });
});

describe('what a dead writer left', () => {
  let bench: Bench;
  let writer: BackupSetWriter;
  beforeEach(async () => {
    bench = await Bench.make({ encrypted: true });
    await bench.backup([file('good')]);
    writer = await bench.begin(OPTIONS);
    await writer.write(synthetic(SPECS).parts(), NEVER);
    await writer.close(false);
  });
  afterEach(() => bench.close());

  const orphans = (state: WriterState, now = START) => findOrphans(bench.storage, SERIES, state, now);
  const states = async (state: WriterState, now = START) =>
    (await orphans(state, now)).map((orphan) => orphan.state);

  it('is abandoned once its writer is gone, and swept; the good backup stays', async () => {
    assert.deepEqual(await states(gone), ['abandoned']);
    const swept = await sweepOrphans(bench.storage, await orphans(gone));
    assert.deepEqual(
      swept.map(({ found }) => found.folder),
      [writer.folder],
    );
    assert.deepEqual(await keysOf(bench.storage, writer.folder), []);
    assert.equal((await bench.backups()).length, 1);
    assert.deepEqual(await orphans(gone), []);
  });

  it('stays while its writer runs, however long that takes', async () => {
    const later = new Date(START.getTime() + 400 * DAY);
    assert.deepEqual(await states(running, later), ['being-written']);
    assert.deepEqual(await sweepOrphans(bench.storage, await orphans(running, later)), []);
    assert.ok((await keysOf(bench.storage, writer.folder)).length > 0);
  });

  it('stays for a week when nobody can tell whether its writer runs', async () => {
    const begun = START.getTime() + 3_600_000;
    assert.deepEqual(await states(unknown, new Date(begun + 7 * DAY)), ['unclear']);
    assert.deepEqual(
      await states(unknown, new Date(begun - DAY)),
      ['unclear'],
      'with a clock that goes wrong',
    );
    assert.deepEqual(await states(unknown, new Date(begun + 7 * DAY + 1)), ['abandoned']);
  });

  it('asks after the writer that the mark names', async () => {
    const asked: unknown[] = [];
    await orphans((identity) => {
      asked.push(identity);
      return 'running';
    });
    assert.deepEqual(asked, ['a test']);
  });

  it('stays for a week when its mark cannot be read', async () => {
    await replace(bench.storage, `${writer.folder}writer`, Buffer.from('{"format":1,"wri'));
    assert.deepEqual(await states(gone), ['unclear']);
    assert.deepEqual(await states(gone, new Date(START.getTime() + 8 * DAY)), ['abandoned']);
  });

  it('stays when a later version of Firn wrote the mark', async () => {
    await replace(bench.storage, `${writer.folder}writer`, Buffer.from('{"format":2}'));
    assert.deepEqual(await states(gone, new Date(START.getTime() + 400 * DAY)), ['unclear']);
  });

  it('is the rest of a deletion when it has no mark', async () => {
    await bench.storage.remove(`${writer.folder}writer`);
    assert.deepEqual(await states(running), ['abandoned']);
  });

  it('is found in its own series only', async () => {
    assert.deepEqual(await findOrphans(bench.storage, { ...SERIES, name: 'home' }, gone, START), []);
    assert.equal((await findOrphans(bench.storage, {}, gone, START)).length, 1);
  });

  it('is swept at last, however often a sweep is cut', async () => {
    for (let nth = 1; ; nth += 1) {
      const faulty = faultyStorage(bench.storage, [{ call: 'remove', nth: 2, does: 'fail' }]);
      const found = await orphans(gone);
      if (found.length === 0) break;
      await sweepOrphans(faulty, found).catch(() => undefined);
      assert.ok(nth < 20);
    }
    assert.deepEqual(await keysOf(bench.storage, writer.folder), []);
  });

  it('costs no reading of the manifests that are there', async () => {
    const watched = faultyStorage(bench.storage, []);
    await findOrphans(watched, SERIES, gone, START);
    assert.deepEqual(
      watched.diary.filter((call) => call.startsWith('get ')),
      [`get ${writer.folder}writer`],
    );
  });
});

describe('a sweep beside a writer that is just committing', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.make({ encrypted: true });
  });
  afterEach(() => bench.close());

  const begun = async () => {
    const writer = await bench.begin(OPTIONS);
    return { writer, finish: () => bench.finish(writer, synthetic(SPECS)) };
  };

  it('does not take for the rest of a deletion what was committed between two of its looks', async () => {
    const { writer, finish } = await begun();
    const slow = faultyStorage(bench.storage, [{ call: 'head', nth: 2, does: 'stall' }]);
    const finding = findOrphans(slow, SERIES, running, START);
    await slow.stalled();
    // It has seen that there is no manifest; now the mark goes, too.
    await finish();
    slow.release();
    assert.deepEqual(await finding, []);
    assert.equal((await bench.listed((await bench.backups())[0]!.backup.id)).folder, writer.folder);
  });

  it('does not take for dead a writer that committed and then ended', async () => {
    const { finish } = await begun();
    const finding = findOrphans(bench.storage, SERIES, () => 'gone', START);
    const slow = faultyStorage(bench.storage, [{ call: 'get', nth: 1, does: 'stall' }]);
    const late = findOrphans(slow, SERIES, gone, START);
    await slow.stalled();
    const early = await finding;
    await finish();
    slow.release();
    assert.deepEqual(await sweepOrphans(bench.storage, [...early, ...(await late)]), []);
    const [listed] = await bench.backups();
    const results = await collected(verifyObjects(bench.storage, listed!, 2));
    assert.deepEqual(
      results.flatMap(({ finding: found }) => found ?? []),
      [],
    );
  });

  it('that takes its objects away keeps it from committing', async () => {
    const { writer } = await begun();
    await writer.write(synthetic(SPECS).parts(), NEVER);
    await sweepOrphans(bench.storage, await findOrphans(bench.storage, SERIES, gone, START));
    const end = { state: { open: nothing }, notices: [], finishedAt: START };
    await failsWith('backup.not-committed', () => writer.commit(end, NEVER));
    await writer.close(false);
    await writer.abandon(NEVER);
    assert.deepEqual(await collected(findBackups(bench.storage)), []);
  });
});

async function* nothing(): AsyncGenerator<Uint8Array> {}
