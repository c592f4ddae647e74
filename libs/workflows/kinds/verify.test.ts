import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'mocha';
import { findBackups, verificationsOf, type ListedBackup } from '#backup-set';
import { removeTree } from '#host';
import { readOnlyStorage, type StorageBackend } from '#storage';
import {
  bytesAt,
  collected,
  delegating,
  faultyStorage,
  keysOf,
  memoryStorage,
  textBody,
} from '#storage/testing';
import { bodyOf } from '#storage';
import { backupOrder, noise, partsOn } from '#test/support';
import { runBackup, runVerify, type VerifyOrder, type WorkflowEvent } from '#workflows';

const SERIES = { hostname: 'host', name: 'name' };
const signal = new AbortController().signal;
const KEEP = { keepAs: { program: 'firn test' } };
const UNLOCK = { kind: 'passphrase', passphrase: 'pass' } as const;
const HALF = { wish: { kind: 'percent', percent: 50 }, wanted: '50%', seed: 'seed' } as const;

describe('a verification', () => {
  let place: string;
  let good: StorageBackend;
  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'firn-test-'));
    mkdirSync(join(place, 'source'));
    good = memoryStorage();
    for (const generation of [1, 2]) {
      for (let i = 0; i < 4; i += 1) {
        writeFileSync(join(place, `source/${generation}-${i}`), noise(100_000, generation * 10 + i));
      }
      const parts = partsOn(good, place);
      await runBackup(parts, backupOrder(join(place, 'source')), { signal });
      await parts.close();
    }
  });
  after(() => removeTree(place));

  const verified = async (
    storage: StorageBackend,
    order: Partial<VerifyOrder> = {},
    onEvent: (event: WorkflowEvent) => void = () => undefined,
  ) => {
    const parts = partsOn(storage, place);
    try {
      return await runVerify(parts, { ...SERIES, readData: false, ...order }, { signal, onEvent });
    } finally {
      await parts.close();
    }
  };
  const copied = async () => {
    const copy = memoryStorage();
    for (const key of await keysOf(good)) await copy.put(key, bodyOf(await bytesAt(good, key)));
    return copy;
  };
  const newest = async (storage: StorageBackend) => {
    const found = await collected(findBackups(storage));
    return found.filter((each): each is ListedBackup => each.kind === 'backup').at(-1)!;
  };
  const read = (storage: ReturnType<typeof faultyStorage>) =>
    storage.diary.filter((call) => /^get .*\/(segments\/\d+|catalogue|index|state)$/.test(call)).sort();

  it('of a sample looks for everything and reads what is drawn, the same for the same seed', async () => {
    const watched = faultyStorage(good, []);
    const report = await verified(watched, { sample: HALF });
    const objects = report.backups.reduce((sum, each) => sum + each.objects, 0);
    const bytes = report.backups.reduce((sum, each) => sum + each.bytes, 0);
    const ofBytes = report.backups.reduce((sum, each) => sum + each.ofBytes, 0);
    assert.equal(report.findings, 0);
    assert.equal(read(watched).length, objects);
    assert.ok(bytes >= ofBytes / 2 && bytes < ofBytes, `${bytes} of ${ofBytes}`);

    const again = faultyStorage(good, []);
    await verified(again, { sample: HALF });
    assert.deepEqual(read(again), read(watched));
    const other = faultyStorage(good, []);
    await verified(other, { sample: { ...HALF, seed: 'another' } });
    assert.notDeepEqual(read(other), read(watched));
  });

  it('of all parts one after the other reads every object once', async () => {
    const seen: string[] = [];
    for (const part of [1, 2, 3]) {
      const watched = faultyStorage(good, []);
      const sample = { wish: { kind: 'part', part, of: 3 } as const, wanted: `${part}/3`, seed: '' };
      await verified(watched, { sample });
      seen.push(...read(watched));
    }
    const all = (await keysOf(good, 'backups/')).filter((key) => !key.endsWith('/manifest'));
    assert.deepEqual(seen.sort(), all.map((key) => `get ${key}`).sort());
  });

  it('of a sample finds a missing object that was not drawn, and names it once', async () => {
    const storage = await copied();
    const { folder } = await newest(storage);
    await storage.remove(`${folder}segments/00000001`);
    for (const seed of ['a', 'b', 'c']) {
      const report = await verified(storage, { sample: { ...HALF, seed } });
      assert.deepEqual(
        report.backups.flatMap(({ findings }) => findings.map(({ thing }) => thing)),
        [`${folder}segments/00000001`],
      );
    }
  });

  it('without a key needs none, and with one puts the damage into names', async () => {
    const storage = await copied();
    const { folder } = await newest(storage);
    const key = `${folder}segments/00000000`;
    const bytes = await bytesAt(storage, key);
    bytes[100]! ^= 1;
    await storage.remove(key);
    await storage.put(key, bodyOf(bytes));
    const locked = await verified(storage);
    assert.equal(locked.findings, 1);
    assert.deepEqual(
      locked.backups.flatMap(({ lost }) => lost),
      [],
    );
    const open = await verified(storage, { unlock: UNLOCK });
    assert.ok(open.backups.some(({ lost }) => lost.length > 0));
  });

  it('with its data fetches every byte of the segments once', async () => {
    const storage = await copied();
    const fetched = new Map<string, number>();
    const counted = async function* (key: string, bytes: AsyncIterable<Buffer>) {
      for await (const piece of bytes) {
        fetched.set(key, (fetched.get(key) ?? 0) + piece.length);
        yield piece;
      }
    };
    const counting: StorageBackend = {
      ...delegating(storage),
      get: async (key, range, stop) => Readable.from(counted(key, await storage.get(key, range, stop))),
    };
    const report = await verified(counting, { readData: true, unlock: UNLOCK });
    assert.equal(report.findings, 0);
    const sizes = (await collected(storage.list('backups/', signal)))
      .filter(({ key }) => key.includes('/segments/'))
      .map(({ key, size }) => [key, size]);
    assert.ok(sizes.length > 2);
    assert.deepEqual([...fetched].filter(([key]) => key.includes('/segments/')).sort(), sizes.sort());
    assert.ok(report.backups.every(({ objects, ofObjects }) => objects === ofObjects));
  });

  it('with its data digests the segments behind a damaged frame, too', async () => {
    const storage = await copied();
    const { folder } = await newest(storage);
    for (const segment of ['00000000', '00000001']) {
      const key = `${folder}segments/${segment}`;
      const bytes = await bytesAt(storage, key);
      bytes[100]! ^= 1;
      await storage.remove(key);
      await storage.put(key, bodyOf(bytes));
    }
    const progress: unknown[] = [];
    const report = await verified(storage, { readData: true, unlock: UNLOCK }, (event) => {
      if (event.kind === 'step-told' && event.step === 'data') progress.push(event.facts['totalBytes']);
    });
    // Of all segments, since none passed whole before the first damage.
    const { segments } = (await newest(storage)).read.manifest;
    assert.ok(progress.includes(segments.reduce((sum, { size }) => sum + size, 0)));
    const [damaged] = report.backups.filter(({ findings }) => findings.length > 0);
    assert.deepEqual(
      damaged?.findings.map(({ thing, failure }) => [thing.slice(folder.length), failure.code]),
      [
        ['segments/00000000', 'segment.digest-mismatch'],
        ['segments/00000001', 'segment.digest-mismatch'],
        ['segments', 'frame.damaged'],
      ],
    );
    assert.ok(report.backups.every(({ bytes, ofBytes }) => bytes === ofBytes));
  });

  it('tells what is of no use, which is no damage', async () => {
    const storage = await copied();
    const { folder } = await newest(storage);
    await storage.put(`${folder}segments/00000099`, textBody('x'));
    const rest = folder.replace(/[^/]+\/$/, '5-20200101T000000Z-00000000/');
    await storage.put(`${rest}segments/00000000`, textBody('x'));
    const report = await verified(storage);
    assert.equal(report.findings, 0);
    assert.deepEqual(
      report.leftovers.map((each) => (each.kind === 'stray' ? each.stray.key : each.orphan.found.folder)),
      [`${folder}segments/00000099`, rest],
    );
    const one = await verified(storage, { id: 'latest' });
    assert.deepEqual(
      one.leftovers.map(({ kind }) => kind),
      ['stray'],
    );
  });

  it('is kept with what it has read, and nothing is written when it is not to be', async () => {
    const storage = await copied();
    const before = await keysOf(storage);
    await verified(storage);
    assert.deepEqual(await keysOf(storage), before);
    await verified(storage, { ...KEEP, sample: HALF });
    await verified(storage, { ...KEEP, readData: true, unlock: UNLOCK });
    const [data, sample] = await verificationsOf(storage, SERIES);
    assert.equal(data?.scope, 'data');
    assert.ok(data?.backups.every(({ bytes, ofBytes }) => bytes === ofBytes && bytes > 0));
    assert.deepEqual([sample?.scope, sample?.sample], ['sample', { wanted: '50%', seed: 'seed' }]);
    const bytes = sample?.backups.reduce((sum, each) => sum + each.bytes, 0) ?? 0;
    assert.ok(bytes < (sample?.backups.reduce((sum, each) => sum + each.ofBytes, 0) ?? 0));
  });

  it('on a storage that takes nothing is good all the same, and says why it is not kept', async () => {
    const report = await verified(readOnlyStorage(await copied()), KEEP);
    assert.equal(report.findings, 0);
    assert.equal(report.notKept?.code, 'storage.read-only');
  });
});
