import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { faultyStorage, keysOf, textBody } from '#storage/testing';
import { folderContents, type ListedBackup } from '#backup-set';
import { Bench } from '../testing/bench.js';
import { file } from '../testing/synthetic.js';
import { tamper } from '../testing/tampering.js';

describe('the folder of a backup', () => {
  let bench: Bench;
  let listed: ListedBackup;
  beforeEach(async () => {
    bench = await Bench.make({ encrypted: true });
    const specs = [file('a', Buffer.alloc(9000, 'a'))];
    listed = await bench.backup(specs, { maxSegmentBytes: 4096, codec: 'none', framing: 'content-defined' });
  });
  afterEach(() => bench.close());

  const found = async () => {
    const { findings, strays } = await folderContents(bench.storage, listed);
    const name = (key: string) => key.slice(listed.folder.length);
    return [
      ...findings.map(({ thing, failure }) => `${name(thing)} ${failure.code}`),
      ...strays.map(({ key, useless }) => `${name(key)} ${useless ? 'useless' : 'unknown'}`),
    ];
  };

  it('has what its manifest names and nothing else, which one listing tells', async () => {
    const watched = faultyStorage(bench.storage, []);
    const { findings, strays } = await folderContents(watched, listed);
    assert.deepEqual([findings, strays], [[], []]);
    assert.deepEqual(watched.diary, [`list ${listed.folder}`]);
  });

  it('lacks what is missing or cut off', async () => {
    await bench.storage.remove(`${listed.folder}segments/00000001`);
    await bench.storage.remove(`${listed.folder}pieces`);
    await tamper(bench.storage, `${listed.folder}state`, (bytes) => bytes.subarray(1));
    assert.deepEqual(await found(), [
      'state segment.digest-mismatch',
      'segments/00000001 segment.missing',
      'pieces segment.missing',
    ]);
  });

  it('does not tell what is damaged inside', async () => {
    await tamper(bench.storage, `${listed.folder}state`, (bytes) => Buffer.alloc(bytes.length));
    assert.deepEqual(await found(), []);
  });

  it('may have what nobody needs, and what nobody knows', async () => {
    for (const name of ['writer', 'segments/00000044', 'segments/x', 'new']) {
      await bench.storage.put(listed.folder + name, textBody('x'));
    }
    assert.deepEqual(await found(), [
      'new unknown',
      'segments/00000044 useless',
      'segments/x unknown',
      'writer useless',
    ]);
    assert.ok((await keysOf(bench.storage, listed.folder)).length > 4, 'looking removes nothing');
  });
});
