import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { silentLogger } from '#kernel';
import { readAll } from '#storage';
import { bytesAt, collected, failsWith, faultyStorage, testBytes } from '#storage/testing';
import { knownPieces, openLevel, StateCache, type ListedBackup } from '#backup-set';
import { Bench, STATE } from '../testing/bench.js';
import { around, edited } from '../testing/edited-file.js';
import { flipped, tamper } from '../testing/tampering.js';

const CONTENT = testBytes(100_000, 1);
const framing = 'content-defined';

describe('the state cache', () => {
  let bench: Bench;
  let cache: StateCache;
  let zero: ListedBackup;
  beforeEach(async () => {
    bench = await Bench.make({ encrypted: true });
    cache = bench.stateCache('cache');
    zero = await bench.backup(around(CONTENT), { framing, stateCache: cache });
  });
  afterEach(() => bench.close());

  const folder = async () => {
    const [series = ''] = await readdir(join(bench.directory.path, 'cache'));
    return join(bench.directory.path, 'cache', series);
  };
  const names = async () =>
    (await readdir(await folder())).map((name) => name.replace(`${bench.container.id}-`, ''));
  const pathOf = async (listed: ListedBackup, name: string) =>
    join(await folder(), `${bench.container.id}-${listed.backup.id}-${name}`);

  /** State and pieces as an increment reads them, and which objects of the storage that took. */
  async function read(listed: ListedBackup, from: StateCache | undefined = cache) {
    const storage = faultyStorage(bench.storage, []);
    const { container, shelf: codecs } = bench;
    const there = new Map((await bench.backups()).map((each) => [each.backup.id, each]));
    const reader = openLevel({ storage, container, codecs, lanes: 2, cache: from }, listed, there);
    assert.deepEqual(await readAll(reader.state().open()), STATE);
    const pieces = (await collected(knownPieces([...reader.below, reader]))).flat();
    return { pieces, reads: storage.diary.map((call) => call.replace(/^get .*\//, '')) };
  }

  it('spares reading what the next level needs', async () => {
    const cached = await read(zero);
    assert.deepEqual(cached.reads, []);
    assert.deepEqual(cached.pieces, (await read(zero, undefined)).pieces);
  });

  it('holds the bytes as they are stored, for the owner alone', async () => {
    for (const name of ['state', 'pieces']) {
      const path = await pathOf(zero, name);
      assert.deepEqual(await readFile(path), await bytesAt(bench.storage, zero.folder + name));
      assert.equal((await stat(path)).mode & 0o777, 0o600);
    }
    assert.equal((await stat(await folder())).mode & 0o777, 0o700);
  });

  it('is filled again by what has to be read from the storage', async () => {
    const other = bench.stateCache('other');
    assert.deepEqual((await read(zero, other)).reads, ['state', 'pieces']);
    assert.deepEqual((await read(zero, other)).reads, []);
  });

  const harms: readonly { why: string; harm: (path: string) => Promise<void> }[] = [
    { why: 'has changed', harm: async (path) => writeFile(path, flipped(await readFile(path), 77)) },
    { why: 'is cut short', harm: async (path) => writeFile(path, (await readFile(path)).subarray(0, -1)) },
    { why: 'is empty', harm: (path) => writeFile(path, '') },
    {
      why: 'is that of another backup',
      harm: async (path) => writeFile(path, await bytesAt(bench.storage, `${zero.folder}catalogue`)),
    },
  ];
  for (const { why, harm } of harms) {
    it(`reads from the storage, and puts right, a copy that ${why}`, async () => {
      for (const name of ['state', 'pieces']) await harm(await pathOf(zero, name));
      assert.deepEqual((await read(zero)).reads, ['state', 'pieces']);
      assert.deepEqual((await read(zero)).reads, []);
    });
  }

  it('of another machine has nothing for this backup', async () => {
    const foreign = await Bench.make({ encrypted: true });
    const stateCache = bench.stateCache('cache');
    await foreign.backup(around(CONTENT), { framing, stateCache });
    assert.equal((await readdir(join(bench.directory.path, 'cache'))).length, 2);
    assert.deepEqual((await read(zero)).reads, []);
    await foreign.close();
  });

  it('does not hide that the storage is damaged when it has no copy', async () => {
    await tamper(bench.storage, `${zero.folder}pieces`, (bytes) => flipped(bytes, 99));
    assert.deepEqual((await read(zero)).reads, []);
    await failsWith('state.damaged', () => read(zero, bench.stateCache('other')));
    await failsWith('state.damaged', () => read(zero, bench.stateCache('other')));
  });

  it('keeps what levels above may need, and nothing else', async () => {
    const one = await bench.backup(around(CONTENT), { framing, base: zero, stateCache: cache });
    const content = edited(CONTENT, { does: 'insert', at: 0.5, bytes: 10, seed: 1 });
    const two = await bench.backup(around(content), { framing, base: one, stateCache: cache });
    const expected = (...kept: [ListedBackup, string][]) =>
      kept.map(([listed, name]) => `${listed.backup.id}-${name}`).sort();
    assert.deepEqual(
      (await names()).sort(),
      expected([zero, 'pieces'], [one, 'pieces'], [one, 'state'], [two, 'pieces'], [two, 'state']),
    );
    // A differential level beside it.
    const sibling = await bench.backup(around(content), { framing, base: one, stateCache: cache });
    assert.deepEqual((await read(one)).reads, []);
    const full = await bench.backup(around(content), { framing, stateCache: cache });
    assert.deepEqual((await names()).sort(), expected([full, 'pieces'], [full, 'state']));
    assert.equal(sibling.backup.level, 2);
  });

  it('that cannot be written or read fails nothing', async () => {
    const file = join(bench.directory.path, 'a file');
    await writeFile(file, 'in the way');
    const broken = new StateCache(file, silentLogger);
    const one = await bench.backup(around(CONTENT), { framing, base: zero, stateCache: broken });
    assert.deepEqual((await read(one, broken)).reads, ['state', 'pieces', 'pieces']);
    await chmod(file, 0o600);
  });

  it('takes nothing that is no regular file for a copy', async () => {
    const other = bench.stateCache('other');
    await read(zero, other);
    const [series = ''] = await readdir(join(bench.directory.path, 'other'));
    const path = join(bench.directory.path, 'other', series, `${bench.container.id}-${zero.backup.id}-state`);
    await mkdir(`${path}.part`);
    await writeFile(path, '');
    assert.deepEqual((await read(zero, other)).reads, ['state']);
    assert.deepEqual((await read(zero, other)).reads, []);
  });
});
