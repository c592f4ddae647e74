import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'mocha';
import { bodyOf } from '#storage';
import { bytesAt, collected, failsWith, keysOf, testBytes } from '#storage/testing';
import { isFailure, type BackupId, type FailureCode } from '#kernel';
import { backupFolder, findBackups, openChain, type ListedBackup } from '#backup-set';
import { encodeName } from './layout.js';
import { decodeManifest, encodeManifest, MAX_MANIFEST, MAX_SEGMENTS } from './manifest.js';
import { Bench } from './testing/bench.js';
import { file } from './testing/synthetic.js';
import { flipped, replace, tamper } from './testing/tampering.js';

const KEY = 'the manifest';
const throwsCode = (code: FailureCode, act: () => unknown, what?: string) =>
  assert.throws(act, (error) => isFailure(error, code), what);

describe('a manifest', () => {
  let bench: Bench;
  let plainBench: Bench;
  let listed: ListedBackup;
  let bytes: Buffer;
  before(async () => {
    bench = await Bench.make({ encrypted: true });
    plainBench = await Bench.make({ encrypted: false });
    listed = await bench.backup([file('a', testBytes(9000))], { maxSegmentBytes: 4096 });
    bytes = await bytesAt(bench.storage, `${listed.folder}manifest`);
  });
  after(async () => {
    await bench.close();
    await plainBench.close();
  });

  /** Decodes and checks the signature, as whoever has the key does. */
  const read = (from: Bench, stored: Buffer) => from.reader({ ...listed, read: decodeManifest(stored, KEY) });

  it('is read as it was written', () => {
    const { manifest } = decodeManifest(bytes, KEY);
    assert.deepEqual(manifest, listed.read.manifest);
    const key = bench.container.dataKey(manifest.dataKey, manifest.backup);
    assert.deepEqual(encodeManifest(manifest, key), bytes);
    assert.doesNotThrow(() => read(bench, bytes));
  });

  it('names labels when there are some, and only then', async () => {
    assert.equal('labels' in listed.read.manifest, false);
    assert.equal('labels' in listed.backup, false);
    const labels = ['monthly', 'büro'];
    const labelled = await plainBench.backup([file('a')], { labels });
    assert.deepEqual(labelled.read.manifest.labels, labels);
    assert.deepEqual(labelled.backup.labels, labels);
    const none = await plainBench.backup([file('a')], { labels: [] });
    assert.equal('labels' in none.read.manifest, false);
  });

  it('is damaged when any bit of it is another', () => {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      throwsCode('manifest.damaged', () => read(bench, flipped(bytes, bit)), `bit ${bit}`);
    }
  });

  it('is damaged without a key, too, but for its signature', async () => {
    const other = await plainBench.backup([file('a')]);
    const stored = await bytesAt(plainBench.storage, `${other.folder}manifest`);
    for (let bit = 0; bit < stored.length * 8; bit += 1) {
      throwsCode('manifest.damaged', () => decodeManifest(flipped(stored, bit), KEY), `bit ${bit}`);
    }
  });

  it('is damaged when it is shorter or longer', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      throwsCode('manifest.damaged', () => decodeManifest(bytes.subarray(0, length), KEY), `${length} bytes`);
    }
    for (const more of ['\n', ' ', 'x\n']) {
      throwsCode('manifest.damaged', () => decodeManifest(Buffer.concat([bytes, Buffer.from(more)]), KEY));
    }
  });

  it('in an encrypted container is refused without a signature, and with that of another key', () => {
    const { manifest } = listed.read;
    throwsCode('manifest.damaged', () => read(bench, encodeManifest(manifest, undefined)));
    const foreign = bench.container.newDataKey(manifest.backup);
    throwsCode('manifest.damaged', () => read(bench, encodeManifest(manifest, foreign?.key)));
    // A forger can make all the digests right, but not the signature.
    const forged = { ...manifest, totals: { ...manifest.totals, files: 0 } };
    const signed = Buffer.from(
      `${encodeManifest(forged, undefined).toString()}hmac-sha256 ${listed.read.signature}\n`,
    );
    assert.doesNotThrow(() => decodeManifest(signed, KEY));
    throwsCode('manifest.damaged', () => read(bench, signed));
  });

  it('belongs to one container', async () => {
    const other = await plainBench.backup([file('a')]);
    throwsCode('manifest.damaged', () => bench.reader(other));
    throwsCode('manifest.damaged', () => plainBench.reader(listed));
    const third = await Bench.make({ encrypted: false });
    throwsCode('manifest.damaged', () => third.reader(other));
    await third.close();
  });

  it('of a later format asks for a later Firn, and does not hide the others', async () => {
    const body = JSON.stringify({ format: 2, whatever: true });
    const digest = createHash('sha256').update(body).digest('hex');
    const later = Buffer.from(`${body}\nsha256 ${digest}\n`);
    throwsCode('container.newer-format', () => decodeManifest(later, KEY));
    const folder = listed.folder.replaceAll('00000000', '99999999');
    await bench.storage.put(`${folder}manifest`, bodyOf(later));
    const found = await collected(findBackups(bench.storage));
    assert.deepEqual(found.map(({ kind }) => kind).sort(), ['backup', 'damaged']);
    const failure = found.flatMap((each) => (each.kind === 'damaged' ? [each.failure.code] : []));
    assert.deepEqual(failure, ['container.newer-format']);
    await bench.storage.remove(`${folder}manifest`);
  });

  it('that is whole but is no manifest is damaged', async () => {
    const stored = (body: string) =>
      Buffer.from(`${body}\nsha256 ${createHash('sha256').update(body).digest('hex')}\n`);
    const { dataKey: _key, ...good } = listed.read.manifest;
    assert.doesNotThrow(() => decodeManifest(stored(JSON.stringify(good)), KEY));
    const bad: readonly [string, unknown][] = [
      ['an unknown key', { ...good, more: 1 }],
      ['a negative level', { ...good, level: -1 }],
      ['a backup id that is none', { ...good, backup: '../../etc' }],
      ['a size that is no number', { ...good, segments: [{ size: '1', sha256: 'a'.repeat(64) }] }],
      ['a digest that is none', { ...good, index: { size: 1, sha256: 'A'.repeat(64) } }],
      ['a size beyond all numbers', { ...good, index: { size: 2 ** 60, sha256: 'a'.repeat(64) } }],
      ['nothing', null],
    ];
    for (const [why, value] of bad) {
      throwsCode('manifest.damaged', () => decodeManifest(stored(JSON.stringify(value)), KEY), why);
    }
    throwsCode('manifest.damaged', () => decodeManifest(stored('{'), KEY));
  });

  it('has room for as many segments as a backup may have', () => {
    const largest = { size: 2 ** 32, sha256: 'f'.repeat(64) };
    assert.ok(JSON.stringify([largest]).length * MAX_SEGMENTS < MAX_MANIFEST);
  });
});

describe('finding backups', () => {
  let bench: Bench;
  let listed: ListedBackup;
  before(async () => {
    bench = await Bench.make({ encrypted: true });
    listed = await bench.backup([file('a')]);
  });
  after(() => bench.close());

  const kinds = async () => (await collected(findBackups(bench.storage))).map(({ kind }) => kind);

  it('does not believe a manifest that lies in the folder of another backup', async () => {
    const copy = listed.folder.replace(/0-2026\d{4}T/, '1-20991231T');
    await bench.storage.put(
      `${copy}manifest`,
      bodyOf(await bytesAt(bench.storage, `${listed.folder}manifest`)),
    );
    assert.deepEqual(await kinds(), ['backup', 'damaged']);
    await bench.storage.remove(`${copy}manifest`);
  });

  it('does not believe a manifest under another hostname or name', async () => {
    for (const [from, to] of [
      ['web1', 'web2'],
      ['/etc/', '/home/'],
    ] as const) {
      const copy = listed.folder.replace(from, to);
      await bench.storage.put(
        `${copy}manifest`,
        bodyOf(await bytesAt(bench.storage, `${listed.folder}manifest`)),
      );
      assert.deepEqual((await kinds()).sort(), ['backup', 'damaged'], to);
      await bench.storage.remove(`${copy}manifest`);
    }
  });

  it('passes over what is spelled as no folder of Firn is', async () => {
    const id = listed.backup.id;
    const strangers = [
      `backups/web%31/etc/${id}/0-${id}/manifest`,
      `backups/web%2f/etc/${id}/0-${id}/manifest`,
      `backups/web1/%FF/${id}/0-${id}/manifest`,
      `backups/web1/etc/${id}/00-${id}/manifest`,
      `backups/web1/etc/${id}/x-${id}/manifest`,
      `backups/web1/etc/${id}/0-nonsense/manifest`,
      `backups/web1/etc/nonsense/0-${id}/manifest`,
      'backups/README',
      'backups/web1/README',
    ];
    const bytes = await bytesAt(bench.storage, `${listed.folder}manifest`);
    for (const key of strangers) await bench.storage.put(key, bodyOf(bytes));
    assert.deepEqual(await kinds(), ['backup']);
    for (const key of strangers) await bench.storage.remove(key);
  });

  it('finds what is unfinished, and what is damaged, beside what is good', async () => {
    const writer = await bench.begin();
    const bad = await bench.backup([file('b')]);
    await tamper(bench.storage, `${bad.folder}manifest`, (bytes) => bytes.subarray(1));
    assert.deepEqual((await kinds()).sort(), ['backup', 'damaged', 'unfinished']);
    await replace(bench.storage, `${bad.folder}manifest`, Buffer.alloc(0));
    assert.deepEqual((await kinds()).sort(), ['backup', 'damaged', 'unfinished']);
    for (const key of await keysOf(bench.storage, bad.folder)) await bench.storage.remove(key);
    await writer.close(false);
    await writer.abandon(new AbortController().signal);
    assert.deepEqual(await kinds(), ['backup']);
  });

  it('finds one series, or all, by any names that can be stored', async () => {
    const names = ['a b', 'é', '..', '%41', '日本語', 'a/b', '-', '\u0000', 'A', 'a'];
    for (const name of names) await bench.begin().then((writer) => markUnder(bench, writer.folder, name));
    const all = await collected(findBackups(bench.storage));
    const found = all.flatMap((each) => (each.kind === 'unfinished' ? [each.placed.name] : []));
    assert.deepEqual(found.sort(), names.toSorted());
    for (const name of names) {
      const [only, ...others] = await collected(findBackups(bench.storage, { name }));
      assert.equal(only?.kind === 'unfinished' && only.placed.name, name);
      assert.deepEqual(others, []);
    }
  });

  it('refuses names that cannot be stored', async () => {
    const placed = { hostname: 'web1', chain: listed.backup.chain, level: 0, id: listed.backup.id };
    for (const name of ['', 'x'.repeat(201), '日'.repeat(23), '\ud800']) {
      throwsCode('input.invalid', () => backupFolder({ ...placed, name }), JSON.stringify(name));
    }
  });
});

describe('a chain', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.make({ encrypted: true });
  });
  after(() => bench.close());

  it('is opened from level 0 up', async () => {
    const zero = await bench.backup([file('a')]);
    const one = await bench.backup([file('b')], { base: zero });
    const two = await bench.backup([file('c')], { base: one });
    const chain = await bench.chain(two);
    assert.deepEqual(
      chain.map((reader) => reader.manifest.level),
      [0, 1, 2],
    );
  });

  it('is broken when a level is another one than the one that was built upon, though of the same name', async () => {
    const zero = await bench.backup([file('a')]);
    const one = await bench.backup([file('b')], { base: zero });
    await bench.chain(one);
    // Its owner's key signs it, and it has the same id, level and place; but it was made later, of something else.
    const { manifest } = zero.read;
    const key = bench.container.dataKey(manifest.dataKey, manifest.backup);
    await replace(
      bench.storage,
      `${zero.folder}manifest`,
      encodeManifest({ ...manifest, source: '/other' }, key),
    );
    await failsWith('chain.broken', () => bench.chain(one));
    assert.equal((await bench.chain(await bench.listed(zero.backup.id))).length, 1);
  });

  it('is broken without one of its levels', async () => {
    const zero = await bench.backup([file('a')]);
    const one = await bench.backup([file('b')], { base: zero });
    const two = await bench.backup([file('c')], { base: one });
    await bench.storage.remove(`${one.folder}manifest`);
    await failsWith('chain.broken', () => bench.chain(two));
    const deps = { storage: bench.storage, container: bench.container, codecs: bench.shelf, lanes: 1 };
    const listed = new Map<BackupId, ListedBackup>([zero, two].map((each) => [each.backup.id, each]));
    const point = { backup: two.backup, levels: [zero.backup, one.backup, two.backup] };
    throwsCode('chain.broken', () => openChain(deps, point, listed));
    throwsCode('chain.broken', () =>
      openChain(deps, { ...point, levels: [zero.backup, two.backup] }, listed),
    );
    throwsCode('chain.broken', () => openChain(deps, { ...point, levels: [two.backup] }, listed));
  });
});

/** Leaves a writer mark in a folder of the same shape under another name. */
async function markUnder(bench: Bench, folder: string, name: string): Promise<void> {
  const moved = folder.replace('/etc/', `/${encodeName(name)}/`);
  const mark = await bytesAt(bench.storage, `${folder}writer`);
  await bench.storage.remove(`${folder}writer`);
  await bench.storage.put(`${moved}writer`, bodyOf(mark));
}
