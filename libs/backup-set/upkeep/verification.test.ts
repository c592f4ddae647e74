import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { Failure, type BackupId } from '#kernel';
import { readOnlyStorage, type StorageBackend } from '#storage';
import { faultyStorage, keysOf, memoryStorage, textBody } from '#storage/testing';
import { keepVerification, lastVerified, verificationsOf, type Verification } from '#backup-set';
import { SERIES, START } from '../testing/bench.js';

const A = '20261120T093415Z-00000001' as BackupId;
const B = '20261120T093415Z-00000002' as BackupId;

/** That of the nth day, of these backups. */
function verification(day: number, shares: Partial<Verification['backups'][number]>[] = [{}]): Verification {
  const at = new Date(START.getTime() + day * 86_400_000);
  return {
    ...{ ...SERIES, startedAt: at, finishedAt: at, program: 'firn 0.0.0', scope: 'digests' },
    backups: shares.map((share) => ({
      ...{ backup: A, objects: 4, ofObjects: 4, bytes: 100, ofBytes: 100, findings: 0, lost: 0 },
      ...share,
    })),
  };
}

describe('the results of verifications', () => {
  let storage: StorageBackend;
  beforeEach(() => {
    storage = memoryStorage();
  });
  const keep = (day: number, on = storage, shares: Partial<Verification['backups'][number]>[] = [{}]) =>
    keepVerification(on, verification(day, shares), Buffer.from([0, 0, 0, day]));
  const kept = async () => (await verificationsOf(storage, SERIES)).map(({ finishedAt }) => finishedAt);

  it('come back as they were kept, the newest first', async () => {
    const sample: Verification = {
      ...verification(2, [{ backup: B, objects: 1, bytes: 20, findings: 1, lost: 3 }]),
      ...{ scope: 'sample', sample: { wanted: '5%', seed: '4f7a9c21' } },
    };
    await keep(1);
    assert.equal(await keepVerification(storage, sample, Buffer.alloc(4)), undefined);
    assert.deepEqual(await verificationsOf(storage, SERIES), [sample, verification(1)]);
    assert.deepEqual(await verificationsOf(storage, { ...SERIES, name: 'home' }), []);
  });

  it('are kept ten of a series; older ones are forgotten', async () => {
    for (let day = 1; day <= 13; day += 1) assert.equal(await keep(day), undefined);
    const days = Array.from({ length: 10 }, (_, i) => verification(13 - i).finishedAt);
    assert.deepEqual(await kept(), days);
    assert.equal((await keysOf(storage)).length, 10);
  });

  it('are lost, and no more than that, where nothing can be written', async () => {
    await keep(1);
    assert.equal((await keep(2, readOnlyStorage(storage)))?.code, 'storage.read-only');
    const failure = new Failure('storage.access-denied', 'append only');
    const full = faultyStorage(storage, [{ call: 'put', nth: 1, does: 'fail', failure }]);
    assert.equal(await keep(3, full), failure);
    assert.deepEqual(await kept(), [verification(1).finishedAt]);
  });

  it('are kept also by whoever may add and not remove', async () => {
    for (let day = 1; day <= 10; day += 1) await keep(day);
    const failure = new Failure('storage.access-denied', 'append only');
    const appending = faultyStorage(storage, [{ call: 'remove', nth: 1, does: 'fail', failure }]);
    assert.equal(await keep(11, appending), undefined);
    assert.deepEqual((await kept())[0], verification(11).finishedAt);
    assert.equal((await keysOf(storage)).length, 11);
    await keep(12);
    assert.equal((await keysOf(storage)).length, 10);
  });

  it('that cannot be read are passed over', async () => {
    await keep(1);
    const folder = (await keysOf(storage))[0]?.replace(/[^/]*$/, '') ?? '';
    const texts = [
      '{"format":1',
      '{"format":2}',
      '[]',
      JSON.stringify({ format: 1, ...verification(3), name: 'x' }),
    ];
    for (const [i, text] of texts.entries()) {
      await storage.put(`${folder}20261125T093415Z-0000000${i}.json`, textBody(text));
    }
    await storage.put(`${folder}notes.txt`, textBody('by hand'));
    assert.deepEqual(await verificationsOf(storage, SERIES), [verification(1)]);
  });

  it('say of each backup when it was verified last, and never more than was read', () => {
    const results = [
      verification(3, [{ backup: A, objects: 0, bytes: 0 }]),
      verification(2, [
        { backup: A, objects: 1, bytes: 25 },
        { backup: B, objects: 0, bytes: 0, findings: 1 },
      ]),
      verification(1, [{ backup: A }, { backup: B }]),
    ];
    const last = lastVerified(results);
    assert.deepEqual(last.get(A)?.at, verification(2).finishedAt);
    assert.deepEqual(last.get(A)?.wholeAt, verification(1).finishedAt);
    assert.deepEqual([last.get(A)?.objects, last.get(A)?.ofObjects, last.get(A)?.bytes], [1, 4, 25]);
    assert.deepEqual([last.get(B)?.at, last.get(B)?.findings], [verification(2).finishedAt, 1]);
  });
});
