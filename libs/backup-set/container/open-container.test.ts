import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import { bodyOf } from '#storage';
import { failsWith, faultyStorage, keysOf, memoryStorage, textBody } from '#storage/testing';
import { isFailure } from '#kernel';
import { listSlots, openContainer, openOrCreateContainer } from '#backup-set';
import { containerOf } from '../keys/master-key.js';
import { CHEAP, PASSPHRASE, START } from '../testing/bench.js';
import { replace } from '../testing/tampering.js';

type Memory = ReturnType<typeof memoryStorage>;

const encrypted = { now: START, passphrase: PASSPHRASE, cost: CHEAP };
const plain = { now: START };
const unlock = { kind: 'passphrase', passphrase: PASSPHRASE } as const;

describe('a container', () => {
  let storage: Memory;
  beforeEach(() => {
    storage = memoryStorage();
  });

  it('is made in an empty place, and opened the next time', async () => {
    const made = await openOrCreateContainer(storage, encrypted);
    assert.equal(made.created, true);
    assert.deepEqual(made.container.created, START);
    const again = await openOrCreateContainer(storage, encrypted);
    assert.equal(again.created, false);
    assert.equal(again.container.id, made.container.id);
    assert.deepEqual(again.container.master(), made.container.master());
    assert.equal(made.container.id, containerOf(made.container.master()));
  });

  it('consists of firn.json and one slot', async () => {
    const { container } = await openOrCreateContainer(storage, encrypted);
    const [slot] = await listSlots(storage, container.id);
    assert.deepEqual(await keysOf(storage), ['firn.json', `keys/${slot?.slot}.json`]);
  });

  it('without encryption has no keys and needs none', async () => {
    const { container } = await openOrCreateContainer(storage, plain);
    assert.deepEqual([container.encrypted, container.open], [false, true]);
    assert.deepEqual(await keysOf(storage), ['firn.json']);
    assert.equal((await openContainer(storage)).id, container.id);
    assert.equal((await openOrCreateContainer(storage, plain)).container.id, container.id);
  });

  it('that is encrypted is locked without a secret, and a wrong one opens nothing', async () => {
    await openOrCreateContainer(storage, encrypted);
    const locked = await openContainer(storage);
    assert.deepEqual([locked.encrypted, locked.open], [true, false]);
    assert.throws(
      () => locked.master(),
      (error) => isFailure(error, 'container.encrypted'),
    );
    assert.throws(
      () => locked.newDataKey(PASSPHRASE as never),
      (error) => isFailure(error, 'container.encrypted'),
    );
    assert.equal((await openOrCreateContainer(storage, plain)).container.open, false);
    await failsWith('key.passphrase-wrong', () => openContainer(storage, { ...unlock, passphrase: 'wrong' }));
    await failsWith('key.passphrase-wrong', () =>
      openOrCreateContainer(storage, { ...encrypted, passphrase: 'wrong' }),
    );
  });

  it('that takes no passphrase refuses one: it may not be the one that was meant', async () => {
    await openOrCreateContainer(storage, plain);
    await failsWith('container.not-encrypted', () => openContainer(storage, unlock));
    await failsWith('container.not-encrypted', () => openOrCreateContainer(storage, encrypted));
  });

  it('is missing in an empty place', async () => {
    await failsWith('container.missing', () => openContainer(storage));
    await failsWith('container.missing', () => openContainer(storage, unlock));
  });

  it('is not made among what is not of Firn', async () => {
    await storage.put('photos/1.jpg', textBody('x'));
    await failsWith('container.not-empty', () => openOrCreateContainer(storage, encrypted));
    await failsWith('container.not-empty', () => openContainer(storage));
    assert.deepEqual(await keysOf(storage), ['photos/1.jpg']);
  });

  it('whose firn.json is lost is damaged and not made anew', async () => {
    await openOrCreateContainer(storage, encrypted);
    await storage.put(
      'backups/web1/etc/20261120T093415Z-4f7a9c21/0-20261120T093415Z-4f7a9c21/manifest',
      textBody('x'),
    );
    await storage.remove('firn.json');
    const before = await keysOf(storage);
    await failsWith('container.damaged', () => openOrCreateContainer(storage, encrypted));
    await failsWith('container.damaged', () => openContainer(storage));
    assert.deepEqual(await keysOf(storage), before);
  });

  it('whose firn.json is not what it should be is damaged', async () => {
    await openOrCreateContainer(storage, plain);
    const good = { format: 1, container: '0'.repeat(32), created: START.toISOString(), encryption: 'none' };
    const bad = [
      '',
      '{',
      '[]',
      'null',
      JSON.stringify({ ...good, container: 'x' }),
      JSON.stringify({ ...good, encryption: 'rot13' }),
      JSON.stringify({ ...good, more: 1 }),
      JSON.stringify({ ...good, created: 'yesterday' }),
      `${JSON.stringify(good)}${' '.repeat(2 << 20)}`,
    ];
    for (const text of bad) {
      await replace(storage, 'firn.json', Buffer.from(text));
      await failsWith('container.damaged', () => openContainer(storage));
      await failsWith('container.damaged', () => openOrCreateContainer(storage, plain));
    }
  });

  it('of a later format asks for a later Firn', async () => {
    await storage.put('firn.json', textBody('{"format":2,"everything":"else"}'));
    await failsWith('container.newer-format', () => openContainer(storage));
    await failsWith('container.newer-format', () => openOrCreateContainer(storage, encrypted));
  });

  it('that says all at once to be unencrypted does not get the passphrase', async () => {
    const { container } = await openOrCreateContainer(storage, encrypted);
    const record = { format: 1, container: container.id, created: START.toISOString(), encryption: 'none' };
    await replace(storage, 'firn.json', Buffer.from(JSON.stringify(record)));
    await failsWith('container.not-encrypted', () => openContainer(storage, unlock));
  });

  it('without any slot is damaged', async () => {
    const { container } = await openOrCreateContainer(storage, encrypted);
    for (const { slot } of await listSlots(storage, container.id)) await storage.remove(`keys/${slot}.json`);
    await failsWith('container.damaged', () => openContainer(storage, unlock));
    assert.equal((await openContainer(storage)).open, false);
  });
});

describe('a container that two make at once', () => {
  for (const options of [encrypted, plain]) {
    it(`is one, and both have it open (${'passphrase' in options ? 'encrypted' : 'not encrypted'})`, async () => {
      const inner = memoryStorage();
      // The first stops before it puts firn.json, and the second overtakes it.
      const slow = faultyStorage(inner, [
        { call: 'put', nth: 'passphrase' in options ? 2 : 1, does: 'stall' },
      ]);
      const first = openOrCreateContainer(slow, options);
      await slow.stalled();
      const second = await openOrCreateContainer(inner, options);
      slow.release();
      const late = await first;
      assert.deepEqual([second.created, late.created], [true, false]);
      assert.equal(late.container.id, second.container.id);
      assert.equal(late.container.open, true);
      if (late.container.encrypted) assert.deepEqual(late.container.master(), second.container.master());
    });
  }

  it('belongs to the first when the second has another passphrase', async () => {
    const inner = memoryStorage();
    const slow = faultyStorage(inner, [{ call: 'put', nth: 2, does: 'stall' }]);
    const first = openOrCreateContainer(slow, encrypted);
    await slow.stalled();
    const second = await openOrCreateContainer(inner, { ...encrypted, passphrase: 'another' });
    slow.release();
    await failsWith('key.passphrase-wrong', () => first);
    assert.equal(second.container.open, true);
  });
});

describe('the creation of a container', () => {
  it('that is cut at any call leaves something that the next one copes with', async () => {
    for (const does of ['fail', 'lose-answer'] as const) {
      for (let nth = 1; ; nth += 1) {
        const inner = memoryStorage();
        const faulty = faultyStorage(inner, [{ call: 'any', nth, does }]);
        const cut: unknown = await openOrCreateContainer(faulty, encrypted).catch((error: unknown) => error);
        if (faulty.diary.length < nth) {
          assert.equal(nth, 6, 'it makes five calls');
          break;
        }
        // The answer that an object is missing is none that could be lost.
        if (does === 'fail') assert.ok(isFailure(cut, 'storage.unavailable'), `call ${nth}`);
        const { container } = await openOrCreateContainer(inner, encrypted);
        assert.deepEqual((await openContainer(inner, unlock)).master(), container.master());
      }
    }
  });

  it('never leaves an encrypted container that nothing opens', async () => {
    const inner = memoryStorage();
    const faulty = faultyStorage(inner, [{ call: 'put', nth: 2, does: 'fail' }]);
    await failsWith('storage.unavailable', () => openOrCreateContainer(faulty, encrypted));
    assert.deepEqual(
      (await keysOf(inner)).map((key) => key.split('/')[0]),
      ['keys'],
    );
    // What it left opens nothing and counts for nothing.
    const { container } = await openOrCreateContainer(inner, { ...encrypted, passphrase: 'another' });
    assert.equal((await listSlots(inner, container.id)).length, 1);
    await failsWith('key.passphrase-wrong', () => openContainer(inner, unlock));
  });

  it('can be called off', async () => {
    const storage = memoryStorage();
    const reason = new Error('no longer wanted');
    await assert.rejects(
      openOrCreateContainer(storage, plain, AbortSignal.abort(reason)),
      (error) => error === reason,
    );
    assert.deepEqual(await keysOf(storage), []);
    await storage.put('x', bodyOf(Buffer.from('x')));
  });
});
