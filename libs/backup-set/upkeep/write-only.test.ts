import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { silentLogger } from '#kernel';
import { FakeClock } from '#kernel/testing';
import { rememberingStorage, type StorageBackend } from '#storage';
import {
  ALL_BUT_PUT,
  collected,
  denyingStorage,
  failsWith,
  keysOf,
  textBody,
  type DeniedRight,
} from '#storage/testing';
import {
  type BackupSetWriter,
  bytesNeededAgain,
  findBackups,
  findOrphans,
  folderContents,
  listBackups,
  openOrCreateContainer,
  sweepOrphan,
  type ListedBackup,
} from '#backup-set';
import { Bench, CHEAP, NEVER, PASSPHRASE, SERIES, START } from '../testing/bench.js';
import { file, synthetic } from '../testing/synthetic.js';

const SPECS = [file('a')];
const gone = () => 'gone' as const;

describe('a client that may only write', () => {
  let bench: Bench;
  let denied: readonly DeniedRight[];
  let storage: StorageBackend;
  /** Writers of backups that nobody went on with. */
  const left: BackupSetWriter[] = [];
  beforeEach(async () => {
    bench = await Bench.make({ encrypted: true });
    denied = ALL_BUT_PUT;
    storage = remembering('memory');
  });
  afterEach(async () => {
    for (const writer of left.splice(0)) await writer.close(false);
    await bench.close();
  });

  const remembering = (name: string) =>
    rememberingStorage(
      denyingStorage(bench.storage, () => denied),
      {
        ...{ directory: join(bench.directory.path, name), mostBytes: bytesNeededAgain },
        ...{ clock: new FakeClock(), logger: silentLogger },
      },
    );

  const interrupted = async () => {
    const writer = await bench.begin({ storage });
    left.push(writer);
    await writer.write(synthetic(SPECS).parts(), NEVER);
    return writer;
  };
  const names = (found: readonly { readonly kind: string }[]) => found.map(({ kind }) => kind);

  it('makes levels on each other, and lists what it has made', async () => {
    denied = ['get', 'head', 'list'];
    const zero = await bench.backup(SPECS, { storage });
    await bench.backup(SPECS, { storage, base: zero });
    const { backups, damaged, unfinished } = await listBackups(remembering('memory'), SERIES);
    assert.deepEqual([backups.map(({ level }) => level), damaged, unfinished], [[0, 1], [], []]);
  });

  it('leaves the mark of a writer beside a backup, which is none the worse for it', async () => {
    const writer = await interrupted();
    await failsWith('storage.access-denied', () => writer.close(true));
    const marked: ListedBackup = await bench.backup(SPECS);
    await bench.storage.put(`${marked.folder}writer`, textBody('{}'));
    const { findings, strays } = await folderContents(bench.storage, marked);
    assert.deepEqual([findings, strays.map(({ useless }) => useless)], [[], [true]]);
    const orphans = await findOrphans(bench.storage, SERIES, gone, START);
    assert.ok(!orphans.some(({ found }) => found.folder === marked.folder));
  });

  it('tells what an interrupted backup has left, and takes nothing away that may have been committed', async () => {
    const { folder } = await interrupted();
    denied = ['get', 'head', 'list'];
    const [orphan, ...others] = await findOrphans(storage, SERIES, gone, START);
    assert.deepEqual(others, []);
    assert.equal(orphan?.found.folder, folder);
    assert.equal(orphan.state, 'unclear');
    assert.match(orphan.reason, /may not ask whether it was committed/);
    assert.equal(await sweepOrphan(storage, orphan), 'left');
    assert.ok((await keysOf(bench.storage, folder)).length > 1);
    assert.deepEqual(names(await collected(findBackups(storage, SERIES))), ['unfinished']);
  });

  it('is told by the storage what it may not remove', async () => {
    await interrupted();
    denied = ['get', 'remove'];
    const [orphan] = await findOrphans(storage, SERIES, gone, START);
    assert.equal(orphan?.state, 'abandoned');
    const outcome = await sweepOrphan(storage, orphan);
    assert.equal(typeof outcome === 'object' && outcome.code, 'storage.access-denied');
  });

  it('that has forgotten a manifest bases nothing on it, while others fail to read it', async () => {
    await bench.backup(SPECS);
    denied = ['get'];
    await failsWith('storage.access-denied', () => listBackups(storage, SERIES));
    const { backups, damaged } = await listBackups(storage, SERIES, undefined, 'are-damaged');
    assert.deepEqual(backups, []);
    assert.deepEqual(
      damaged.map(({ failure }) => failure.code),
      ['storage.access-denied'],
    );
  });

  it('never makes a container where it cannot see whether there is one', async () => {
    const options = { now: START, passphrase: PASSPHRASE, cost: CHEAP };
    const before = await keysOf(bench.storage);
    for (const rights of [ALL_BUT_PUT, ['get'], ['list', 'get']] as const) {
      denied = rights;
      const failure = await failsWith('storage.access-denied', () => openOrCreateContainer(storage, options));
      assert.match(failure.message, /allowed to read there for one backup/);
    }
    assert.deepEqual(await keysOf(bench.storage), before);
    denied = [];
    await openOrCreateContainer(storage, options);
    denied = ALL_BUT_PUT;
    const { container } = await openOrCreateContainer(remembering('memory'), options);
    assert.equal(container.id, bench.container.id);
    await failsWith('storage.access-denied', () => openOrCreateContainer(remembering('other'), options));
  });
});
