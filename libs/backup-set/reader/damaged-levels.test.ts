import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { readAll } from '#storage';
import { bytesAt, collected, failsWith, faultyStorage, testBytes } from '#storage/testing';
import {
  BackupReader,
  openLevel,
  planRestore,
  rangesOf,
  verifyObjects,
  type ListedBackup,
} from '#backup-set';
import { Bench } from '../testing/bench.js';
import { around, edited } from '../testing/edited-file.js';
import type { Synthetic } from '../testing/synthetic.js';
import { flipped, replace, tamper } from '../testing/tampering.js';

const CONTENT = testBytes(300_000, 1);
const CHANGED = edited(CONTENT, { does: 'overwrite', at: 0.5, bytes: 5000, seed: 2 });

describe('a level that takes bytes from those below', () => {
  let bench: Bench;
  let zero: ListedBackup;
  let one: ListedBackup;
  let stream: Synthetic;
  beforeEach(async () => {
    bench = await Bench.make({ encrypted: true });
    const options = { framing: 'content-defined', codec: 'none' } as const;
    zero = await bench.backup(around(CONTENT), options);
    stream = around(CHANGED);
    one = await bench.backup(stream, { ...options, base: zero });
  });
  afterEach(() => bench.close());

  const deps = () => ({ storage: bench.storage, container: bench.container, codecs: bench.shelf, lanes: 2 });
  const damageIn = (reader: BackupReader) =>
    collected(reader.damageIn([{ start: 0, end: reader.manifest.totals.streamBytes }]));
  const lostPaths = async (reader: BackupReader) => {
    const damage = await damageIn(reader);
    return stream.entries
      .filter(({ at, span }) => damage.some(({ start, end }) => start < at + span && end > at))
      .map(({ path }) => path);
  };

  it('names a frame of theirs that is damaged, and what is lost with it', async () => {
    await tamper(bench.storage, `${zero.folder}segments/00000001`, (bytes) => flipped(bytes, 80_000));
    const reader = (await bench.chain(one)).at(-1)!;
    await failsWith('frame.damaged', () => readAll(reader.stream()));
    const damage = await damageIn(reader);
    assert.ok(damage.length > 0);
    for (const { failure } of damage) {
      assert.equal(failure.code, 'frame.damaged');
      assert.match(failure.message, new RegExp(`in segment 1 of backup ${zero.backup.id} is damaged$`));
    }
    assert.deepEqual(await lostPaths(reader), ['image']);
    // What is told to be whole can be read, byte for byte.
    const whole = stream.entries.filter(({ path }) => path !== 'image');
    for (const { at, span } of whole) {
      const bytes = await readAll(reader.bytes([{ start: at, end: at + span }]));
      assert.ok(bytes.equals(stream.bytes.subarray(at, at + span)));
    }
  });

  it('names a segment of theirs that is missing', async () => {
    await bench.storage.remove(`${zero.folder}segments/00000002`);
    const [{ failure } = {}] = await damageIn((await bench.chain(one)).at(-1)!);
    assert.equal(failure?.code, 'segment.missing');
    assert.equal(failure.context?.['backup'], zero.backup.id);
  });

  it('is restored as planned, from as many levels as it takes', async () => {
    const chain = await bench.chain(one);
    const plan = await planRestore(chain);
    for (const level of plan.levels) {
      const bytes = await readAll(level.reader.bytes(rangesOf(level)));
      assert.ok(bytes.equals(stream.bytes));
    }
    assert.equal(plan.levels.length, 1);
  });

  it('cannot be read without them, and says so', async () => {
    const alone = new BackupReader(deps(), one);
    await failsWith('chain.broken', () => readAll(alone.stream()));
    const [{ failure } = {}] = await damageIn(alone);
    assert.match(failure?.message ?? '', /level 0 of its chain, which is not there$/);
  });

  it('is read as far as it goes when a level is gone', async () => {
    const listed = new Map([[one.backup.id, one]]);
    const reader = openLevel(deps(), one, listed);
    assert.deepEqual(reader.below, []);
    assert.deepEqual(await lostPaths(reader), ['image']);
  });

  it('is read from the levels that are there', async () => {
    const listed = new Map([zero, one].map((each) => [each.backup.id, each]));
    assert.ok((await readAll(openLevel(deps(), one, listed).stream())).equals(stream.bytes));
  });

  it('fetches a frame once, also when the stream comes back to it', async () => {
    const watched = faultyStorage(bench.storage, []);
    const listed = new Map([zero, one].map((each) => [each.backup.id, each]));
    const reader = openLevel({ ...deps(), storage: watched }, one, listed);
    assert.ok((await readAll(reader.stream())).equals(stream.bytes));
    const reads = watched.diary.filter((call) => call.includes('/segments/'));
    assert.equal(new Set(reads).size, reads.length);
    let bytes = 0;
    for (const [, start, end] of reads.map((read) => / (\d+)-(\d+)$/.exec(read) ?? []))
      bytes += Number(end) - Number(start);
    assert.ok(bytes < stream.bytes.length * 1.2, `${bytes} bytes read for ${stream.bytes.length}`);
  });

  it('cannot have its index made anew, and says what to do', async () => {
    await tamper(bench.storage, `${one.folder}index`, (bytes) => flipped(bytes, 300));
    const rescue = { scan: () => assert.fail('there is nothing to scan'), directory: bench.directory.path };
    const listed = new Map([zero, one].map((each) => [each.backup.id, each]));
    const reader = openLevel({ ...deps(), rescue }, one, listed);
    await assert.rejects(readAll(reader.stream()), /cannot be made anew; restore the level below/);
    assert.deepEqual(reader.rescued, []);
  });

  it('is refused a frame of another level under the same number', async () => {
    const [first] = await Promise.all([bytesAt(bench.storage, `${one.folder}segments/00000000`)]);
    await replace(bench.storage, `${zero.folder}segments/00000000`, first);
    const damage = await damageIn((await bench.chain(one)).at(-1)!);
    assert.ok(damage.every(({ failure }) => failure.code === 'frame.damaged'));
    assert.ok(damage.length > 0);
  });

  it('is found damaged without a key when its pieces are missing or changed', async () => {
    const codes = async () =>
      (await collected(verifyObjects(bench.storage, zero, 2))).flatMap(({ finding }) =>
        finding ? [`${finding.thing.slice(zero.folder.length)} ${finding.failure.code}`] : [],
      );
    assert.deepEqual(await codes(), []);
    await tamper(bench.storage, `${zero.folder}pieces`, (bytes) => flipped(bytes, 500));
    assert.deepEqual(await codes(), ['pieces segment.digest-mismatch']);
    await bench.storage.remove(`${zero.folder}pieces`);
    assert.deepEqual(await codes(), ['pieces segment.missing']);
  });

  it('empties what it lends, and only that', async () => {
    const reader = (await bench.chain(one)).at(-1)!;
    const lent: { buffer: Buffer; copy: Buffer }[] = [];
    for await (const buffer of reader.lentStream()) lent.push({ buffer, copy: Buffer.from(buffer) });
    assert.ok(Buffer.concat(lent.map(({ copy }) => copy)).equals(stream.bytes));
    assert.ok(lent.some(({ buffer }) => buffer.length === 0));
    const kept = await collected(reader.stream());
    assert.ok(Buffer.concat(kept).equals(stream.bytes));
  });
});
