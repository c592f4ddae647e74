import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { BackupId } from '#kernel';
import type { StorageBackend } from '#storage';
import { keysOf, memoryStorage, textBody } from '#storage/testing';
import { holdBackup, holdInWords, holdsOf, releaseHold } from '#backup-set';
import { SERIES, START } from '../testing/bench.js';

const ID = '20261120T093415Z-00000001' as BackupId;
const HELD = { ...SERIES, id: ID };
const UNTIL = new Date(START.getTime() + 1000);

describe('a hold', () => {
  let storage: StorageBackend;
  beforeEach(() => {
    storage = memoryStorage();
  });
  const words = async (now = START) => {
    const hold = (await holdsOf(storage, SERIES)).get(ID);
    return hold && holdInWords(hold, now);
  };

  it('lasts until it is released', async () => {
    await holdBackup(storage, HELD, { now: START });
    assert.equal(await words(new Date('2999-01-01')), 'held');
    await releaseHold(storage, HELD);
    await releaseHold(storage, HELD);
    assert.deepEqual(await keysOf(storage), []);
  });

  it('with a date lasts until then', async () => {
    await holdBackup(storage, HELD, { now: START, until: UNTIL, reason: 'trial' });
    assert.equal(await words(), `held until ${UNTIL.toISOString()}: trial`);
    assert.equal(await words(UNTIL), undefined);
  });

  it('takes the place of the one before, and is of its series only', async () => {
    await holdBackup(storage, HELD, { now: START, until: UNTIL });
    await holdBackup(storage, HELD, { now: START, reason: 'longer' });
    assert.equal(await words(new Date('2999-01-01')), 'held: longer');
    assert.equal((await holdsOf(storage, { ...SERIES, name: 'home' })).size, 0);
  });

  it('that cannot be read holds', async () => {
    for (const text of ['{"format":1,"he', '{"format":2,"until":"2000-01-01T00:00:00Z"}']) {
      await releaseHold(storage, HELD);
      await storage.put(`holds/web1/etc/${ID}.json`, textBody(text));
      assert.equal(await words(new Date('2999-01-01')), 'held: why cannot be read');
    }
  });
});
