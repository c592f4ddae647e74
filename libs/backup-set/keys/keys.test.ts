import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, it } from 'mocha';
import { bodyOf, type StorageBackend } from '#storage';
import { bytesAt, failsWith, keysOf, memoryStorage } from '#storage/testing';
import { isFailure, type BackupId, type ContainerId } from '#kernel';
import {
  addPassphrase,
  addRecoveryKey,
  listSlots,
  openContainer,
  openOrCreateContainer,
  removeSlot,
  type Container,
  type KeySlot,
} from '#backup-set';
import { CHEAP, PASSPHRASE, START } from '../testing/bench.js';
import { tamper } from '../testing/tampering.js';
import { DataKey } from './data-key.js';
import { openSlot, passphraseSlotFor, recoverySlotFor } from './key-slot.js';
import { decapsulate, encapsulate, newRecoveryKey } from './recovery-key.js';

const CONTAINER = '00112233445566778899aabbccddeeff' as ContainerId;
const BACKUP = '20261120T093415Z-4f7a9c21' as BackupId;
const MASTER = randomBytes(32);
const SLOT = { container: CONTAINER, label: 'a test', now: START };

describe('a passphrase slot', () => {
  const opened = (slot: KeySlot, passphrase: string) => openSlot(slot, { kind: 'passphrase', passphrase });

  it('opens with its passphrase and with no other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        async (right, wrong) => {
          fc.pre(right.normalize('NFC') !== wrong.normalize('NFC'));
          const slot = await passphraseSlotFor(MASTER, right, SLOT, CHEAP);
          assert.deepEqual(await opened(slot, right), MASTER);
          assert.equal(await opened(slot, wrong), undefined);
        },
      ),
    );
  });

  it('takes a passphrase for the same, however its letters are composed', async () => {
    const slot = await passphraseSlotFor(MASTER, 'Zoe\u0308s Schlu\u0308ssel', SLOT, CHEAP);
    assert.deepEqual(await opened(slot, 'Zoës Schlüssel'.normalize('NFC')), MASTER);
    assert.deepEqual(await opened(slot, 'Zoës Schlüssel'.normalize('NFD')), MASTER);
    assert.equal(await opened(slot, 'Zoes Schlussel'), undefined);
  });

  it('opens nowhere but under its own name in its own container', async () => {
    const slot = await passphraseSlotFor(MASTER, PASSPHRASE, SLOT, CHEAP);
    assert.equal(await opened({ ...slot, slot: '00000000' }, PASSPHRASE), undefined);
    assert.equal(await opened({ ...slot, container: 'f'.repeat(32) }, PASSPHRASE), undefined);
  });

  it('does not open with a recovery key', async () => {
    const slot = await passphraseSlotFor(MASTER, PASSPHRASE, SLOT, CHEAP);
    assert.equal(await openSlot(slot, { kind: 'recovery', recoveryKey: newRecoveryKey().text }), undefined);
  });
});

describe('a recovery key', () => {
  const wrong = (error: unknown) => isFailure(error, 'key.recovery-wrong');

  it('opens its slot and no other', async () => {
    const mine = newRecoveryKey();
    const slot = recoverySlotFor(MASTER, mine.publicKey, SLOT);
    assert.deepEqual(await openSlot(slot, { kind: 'recovery', recoveryKey: mine.text }), MASTER);
    assert.equal(await openSlot(slot, { kind: 'recovery', recoveryKey: newRecoveryKey().text }), undefined);
    assert.equal(await openSlot(slot, { kind: 'passphrase', passphrase: mine.text }), undefined);
  });

  it('is written in groups of five letters that nobody mistakes', () => {
    for (let i = 0; i < 50; i += 1) {
      assert.match(newRecoveryKey().text, /^FIRN(-[0-9A-HJKMNP-TV-Z]{5}){11}-[0-9A-HJKMNP-TV-Z]$/);
    }
  });

  it('is understood in lower case, with blanks, without its dashes or its first word, with O for 0 and I or L for 1', () => {
    for (let i = 0; i < 20; i += 1) {
      const { text, publicKey } = newRecoveryKey();
      const { key, ephemeral } = encapsulate(publicKey);
      const spellings = [
        text,
        text.toLowerCase(),
        `  ${text.replaceAll('-', ' ')}\n`,
        text.replaceAll('-', ''),
        text.slice('FIRN-'.length),
        `firn ${text.slice('FIRN-'.length).toLowerCase()}`,
        `FIRN-${text.slice(5).replaceAll('0', 'O').replaceAll('1', 'I')}`,
        `firn-${text.slice(5).replaceAll('0', 'o').replaceAll('1', 'l')}`,
      ];
      for (const spelling of spellings) assert.deepEqual(decapsulate(spelling, ephemeral), key, spelling);
    }
  });

  it('with any one letter mistyped, doubled, left out or swapped with its neighbour is told to be wrong', () => {
    const { text, publicKey } = newRecoveryKey();
    const { ephemeral } = encapsulate(publicKey);
    const letters = text.slice(5).replaceAll('-', '');
    const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    for (let at = 0; at < letters.length; at += 1) {
      const [before, letter, after] = [letters.slice(0, at), letters[at] ?? '', letters.slice(at + 1)];
      const another = alphabet[(alphabet.indexOf(letter) + 1) % 32] ?? '';
      const mistakes = [before + another + after, before + letter + letter + after, before + after];
      if (after !== '' && after[0] !== letter)
        mistakes.push(before + (after[0] ?? '') + letter + after.slice(1));
      for (const mistake of mistakes) assert.throws(() => decapsulate(mistake, ephemeral), wrong, mistake);
    }
    for (const nonsense of ['', 'FIRN-', 'not a key', `${text}U`]) {
      assert.throws(() => decapsulate(nonsense, ephemeral), wrong, nonsense);
    }
  });

  it('shares no secret with a point that makes all secrets the same', () => {
    const { text } = newRecoveryKey();
    assert.equal(decapsulate(text, Buffer.alloc(32).toString('base64')), undefined);
  });
});

describe('a data key', () => {
  const master = randomBytes(32);

  it('comes out of its wrapping for its own container and backup only', () => {
    const key = DataKey.random();
    const wrapped = key.wrap(master, CONTAINER, BACKUP);
    const same = DataKey.unwrap(wrapped, master, CONTAINER, BACKUP);
    assert.deepEqual(same.forFrames('data'), key.forFrames('data'));
    const refused = (error: unknown) => isFailure(error, 'manifest.damaged');
    const otherBackup = '20261120T093415Z-4f7a9c22' as BackupId;
    assert.throws(() => DataKey.unwrap(wrapped, randomBytes(32), CONTAINER, BACKUP), refused);
    assert.throws(() => DataKey.unwrap(wrapped, master, 'f'.repeat(32) as ContainerId, BACKUP), refused);
    assert.throws(() => DataKey.unwrap(wrapped, master, CONTAINER, otherBackup), refused);
  });

  it('knows its own signature, and no other text or key has it', () => {
    const key = DataKey.random();
    const signature = key.sign('text');
    assert.equal(key.hasSigned('text', signature), true);
    assert.equal(key.hasSigned('tex', signature), false);
    assert.equal(key.hasSigned('text', signature.slice(2)), false);
    assert.equal(DataKey.random().hasSigned('text', signature), false);
  });
});

describe('the key slots of a container', () => {
  let storage: StorageBackend;
  let container: Container;
  const options = { label: 'second', now: START, cost: CHEAP };
  const unlock = (passphrase: string) => openContainer(storage, { kind: 'passphrase', passphrase });

  beforeEach(async () => {
    storage = memoryStorage();
    ({ container } = await openOrCreateContainer(storage, {
      now: START,
      passphrase: PASSPHRASE,
      cost: CHEAP,
    }));
  });

  it('grow by a passphrase and by a recovery key, and each opens the same container', async () => {
    await addPassphrase(storage, container, 'another', options);
    const { recoveryKey } = await addRecoveryKey(storage, container, { ...options, label: 'paper' });
    for (const opened of [
      await unlock(PASSPHRASE),
      await unlock('another'),
      await openContainer(storage, { kind: 'recovery', recoveryKey }),
    ]) {
      assert.deepEqual(opened.master(), container.master());
      assert.equal(opened.id, container.id);
    }
    const slots = await listSlots(storage, container.id);
    assert.deepEqual(slots.map(({ kind, label }) => `${kind} ${label}`).sort(), [
      'passphrase first',
      'passphrase second',
      'recovery paper',
    ]);
  });

  it('keep no secret in the open', async () => {
    const { recoveryKey } = await addRecoveryKey(storage, container, options);
    for (const key of await keysOf(storage)) {
      const text = (await bytesAt(storage, key)).toString();
      assert.ok(!text.includes(PASSPHRASE) && !text.includes(recoveryKey.slice(5, 20)), key);
      assert.ok(!text.includes(Buffer.from(container.master()).toString('base64')), key);
    }
  });

  it('shrink by one that is removed, which opens nothing any more; the last one stays', async () => {
    const [first] = await listSlots(storage, container.id);
    const second = await addPassphrase(storage, container, 'another', options);
    await removeSlot(storage, container, first!.slot);
    await failsWith('key.passphrase-wrong', () => unlock(PASSPHRASE));
    assert.deepEqual((await unlock('another')).master(), container.master());
    await failsWith('key.last-slot', () => removeSlot(storage, container, second.slot));
    await failsWith('key.slot-missing', () => removeSlot(storage, container, first!.slot));
    assert.deepEqual((await unlock('another')).master(), container.master());
  });

  it('do not open with a wrong passphrase or recovery key', async () => {
    await failsWith('key.passphrase-wrong', () => unlock('wrong'));
    const { text: recoveryKey } = newRecoveryKey();
    await failsWith('key.recovery-wrong', () => openContainer(storage, { kind: 'recovery', recoveryKey }));
    const mistyped = `${recoveryKey}A`;
    const slot = await addRecoveryKey(storage, container, options);
    assert.ok(slot);
    await failsWith('key.recovery-wrong', () =>
      openContainer(storage, { kind: 'recovery', recoveryKey: mistyped }),
    );
  });

  it('do not change by a locked container', async () => {
    const locked = await openContainer(storage);
    const [slot] = await listSlots(storage, container.id);
    await failsWith('container.encrypted', () => addPassphrase(storage, locked, 'another', options));
    await failsWith('container.encrypted', () => addRecoveryKey(storage, locked, options));
    await failsWith('container.encrypted', () => removeSlot(storage, locked, slot!.slot));
  });

  it('do not count a slot of another container, or one under a name that is not its own', async () => {
    const other = memoryStorage();
    const foreign = await openOrCreateContainer(other, { now: START, passphrase: 'foreign', cost: CHEAP });
    const [slot] = await listSlots(other, foreign.container.id);
    await storage.put(`keys/${slot!.slot}.json`, bodyOf(await bytesAt(other, `keys/${slot!.slot}.json`)));
    const [own] = await listSlots(storage, container.id);
    await storage.put('keys/copy.json', bodyOf(await bytesAt(storage, `keys/${own!.slot}.json`)));
    assert.deepEqual(await listSlots(storage, container.id), [own]);
    await failsWith('key.passphrase-wrong', () => unlock('foreign'));
    assert.deepEqual((await unlock(PASSPHRASE)).master(), container.master());
  });

  it('open although another slot is damaged, of a later format, or no slot at all', async () => {
    const broken = await addPassphrase(storage, container, 'broken', options);
    await tamper(storage, `keys/${broken.slot}.json`, (bytes) => bytes.subarray(0, 20));
    const later = Buffer.from(JSON.stringify({ format: 2, container: container.id, slot: 'later' }));
    await storage.put('keys/00000000.json', bodyOf(later));
    await storage.put('keys/readme', bodyOf(Buffer.from('do not remove')));
    assert.deepEqual((await unlock(PASSPHRASE)).master(), container.master());
    const failure = await failsWith('key.passphrase-wrong', () => unlock('broken'));
    assert.match(failure.message, /3 more cannot be read/);
  });

  it('that cost absurdly much are refused before they cost anything', async () => {
    const [slot] = await listSlots(storage, container.id);
    const key = `keys/${slot!.slot}.json`;
    for (const cost of [
      { memoryKiB: 4_194_304 },
      { passes: 100_000_000 },
      { memoryKiB: 2_097_152, passes: 9 },
      { memoryKiB: 1 },
    ]) {
      await tamper(storage, key, (bytes) => {
        const record = JSON.parse(bytes.toString()) as { argon2id: object };
        return Buffer.from(JSON.stringify({ ...record, argon2id: { ...record.argon2id, ...cost } }));
      });
      await failsWith('container.damaged', () => unlock(PASSPHRASE));
    }
  });

  it('with a salt, nonce, tag or key of a wrong length are damaged', async () => {
    const [slot] = await listSlots(storage, container.id);
    const key = `keys/${slot!.slot}.json`;
    const good = await bytesAt(storage, key);
    for (const field of ['salt', 'nonce', 'tag', 'sealed']) {
      for (const value of ['', 'AAAA', 'not base64!']) {
        const bad = good.toString().replace(new RegExp(`"${field}": "[^"]*"`), `"${field}": "${value}"`);
        await tamper(storage, key, () => Buffer.from(bad));
        await failsWith('container.damaged', () => unlock(PASSPHRASE));
      }
    }
  });

  it('that hold a master key which is not that of the container do not open it', async () => {
    // Anybody who can write to the storage can lay down a slot for a public key that is to be read there.
    const { text, publicKey } = newRecoveryKey();
    const honest = recoverySlotFor(container.master(), publicKey, { ...SLOT, container: container.id });
    const forged = recoverySlotFor(randomBytes(32), publicKey, { ...SLOT, container: container.id });
    const put = (slot: KeySlot) =>
      storage.put(`keys/${slot.slot}.json`, bodyOf(Buffer.from(JSON.stringify(slot))));
    const open = () => openContainer(storage, { kind: 'recovery', recoveryKey: text });
    await put(forged);
    await failsWith('key.recovery-wrong', open);
    await put(honest);
    assert.deepEqual((await open()).master(), container.master());
  });
});

describe('X25519 keys', () => {
  it('are written raw, as any other program would write them', () => {
    const pair = generateKeyPairSync('x25519');
    const jwk = createPublicKey(pair.privateKey).export({ format: 'jwk' });
    const raw = Buffer.from(jwk.x ?? '', 'base64url').toString('base64');
    assert.doesNotThrow(() => encapsulate(raw));
    assert.throws(
      () => encapsulate(raw.slice(4)),
      (error) => isFailure(error, 'input.invalid'),
    );
  });
});
