import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { RetentionPolicy } from '#domain';
import { Failure } from '#kernel';
import { bodyOf, type StorageBackend } from '#storage';
import { bytesAt, collected, delegating, faultyStorage, keysOf, textBody } from '#storage/testing';
import {
  holdBackup,
  holdsOf,
  prune,
  verifyObjects,
  type ListedBackup,
  type PruneEvent,
  type WriterState,
} from '#backup-set';
import { Bench, NEVER, SERIES, START } from '../testing/bench.js';
import { file, synthetic } from '../testing/synthetic.js';

const OPTIONS = { maxSegmentBytes: 4096, codec: 'none' } as const;
const SPECS = [file('a', Buffer.alloc(9000, 'a'))];
const LATER = new Date(START.getTime() + 86_400_000);
const KEEP_ONE: RetentionPolicy = { keepLast: 1 };
const gone: WriterState = () => 'gone';

/** What is held by the storage cannot be removed. */
function locking(inner: StorageBackend, isHeld: (key: string) => boolean, until?: string): StorageBackend {
  return {
    ...delegating(inner),
    remove: (key, signal) =>
      isHeld(key)
        ? Promise.reject(new Failure('storage.object-held', `"${key}" is held`, { key, until }))
        : inner.remove(key, signal),
  };
}

describe('prune', () => {
  let bench: Bench;
  let zero: ListedBackup;
  let one: ListedBackup;
  let two: ListedBackup;
  let newest: ListedBackup;
  beforeEach(async () => {
    bench = await Bench.make({ encrypted: true });
    zero = await bench.backup(SPECS, OPTIONS);
    one = await bench.backup([file('b')], { ...OPTIONS, base: zero });
    two = await bench.backup([file('c')], { ...OPTIONS, base: one });
    newest = await bench.backup(SPECS, OPTIONS);
  });
  afterEach(() => bench.close());

  const pruned = async (storage: StorageBackend, policy = KEEP_ONE, dryRun = false) =>
    collected(prune({ storage, writerState: gone, now: LATER }, { series: SERIES, policy, dryRun }, NEVER));
  const idsOf = (events: readonly PruneEvent[], kind: 'keep' | 'remove') =>
    events.flatMap((event) => (event.kind === kind ? [event.verdict.backup.id] : []));
  const assertWhole = async (context: string) => {
    for (const listed of await bench.backups()) {
      const results = await collected(verifyObjects(bench.storage, listed, 2));
      assert.ok(
        results.every(({ finding }) => !finding),
        context,
      );
    }
  };

  it('tells in a dry run what it then does, dependants before what they stand on', async () => {
    const before = await keysOf(bench.storage);
    const dry = await pruned(bench.storage, KEEP_ONE, true);
    assert.deepEqual(await keysOf(bench.storage), before);
    const done = await pruned(bench.storage);
    assert.deepEqual(done, dry);
    assert.deepEqual(idsOf(done, 'keep'), [newest.backup.id]);
    assert.deepEqual(idsOf(done, 'remove'), [two.backup.id, one.backup.id, zero.backup.id]);
    assert.deepEqual(await pruned(bench.storage), done.slice(0, 1), 'there is nothing more to do');
  });

  it('puts nothing, so that it needs no byte free', async () => {
    const watched = faultyStorage(bench.storage, []);
    await pruned(watched);
    assert.deepEqual(
      watched.diary.filter((call) => call.startsWith('put ')),
      [],
    );
  });

  for (const does of ['fail', 'lose-answer'] as const) {
    it(`whose nth call does ${does} leaves only whole backups, and run again it ends clean`, async () => {
      const keys = await keysOf(bench.storage);
      const original = new Map<string, Buffer>();
      for (const key of keys) original.set(key, await bytesAt(bench.storage, key));
      let calls = 0;
      for (let isMet = true; isMet; calls += 1) {
        await putBack(bench.storage, original);
        const faulty = faultyStorage(bench.storage, [{ call: 'any', nth: calls + 1, does }]);
        isMet = await pruned(faulty).then(
          () => false,
          () => true,
        );
        await assertWhole(`call ${calls + 1}`);
        await pruned(bench.storage);
        assert.deepEqual(
          await keysOf(bench.storage),
          keys.filter((key) => !key.includes(`/${zero.backup.id}/`)),
          `call ${calls + 1}`,
        );
        await assertWhole(`after call ${calls + 1}`);
      }
      assert.ok(calls > 30, `only ${calls} calls were tried`);
    });
  }

  it('skips what the storage holds, says until when, and keeps what it stands on', async () => {
    const until = '2027-01-01T00:00:00.000Z';
    const held = `${one.folder}manifest`;
    const watched = faultyStorage(bench.storage, []);
    const events = await pruned(locking(watched, (key) => key === held, until));
    assert.deepEqual(idsOf(events, 'remove'), [two.backup.id]);
    assert.deepEqual(idsOf(events, 'keep'), [newest.backup.id, zero.backup.id]);
    const [event] = events.filter(({ kind }) => kind === 'held');
    assert.ok(event?.kind === 'held' && event.backup.id === one.backup.id && !event.rest);
    assert.equal(event.failure.context['until'], until);
    assert.equal(watched.diary.filter((call) => call.startsWith(`remove ${one.folder}`)).length, 0);
    assert.deepEqual((await bench.backups()).map(({ backup }) => backup.id).sort(), [
      ...[zero, one, newest].map(({ backup }) => backup.id).sort(),
    ]);
    await assertWhole('what is held is whole');
    assert.deepEqual(idsOf(await pruned(bench.storage), 'remove'), [one.backup.id, zero.backup.id]);
  });

  it('removes around a held segment, and its rest as soon as it may', async () => {
    const held = `${two.folder}segments/00000000`;
    const storage = locking(bench.storage, (key) => key === held);
    const events = await pruned(storage);
    const [event] = events.filter(({ kind }) => kind === 'held');
    assert.ok(event?.kind === 'held' && event.rest);
    assert.deepEqual(idsOf(events, 'remove'), [one.backup.id, zero.backup.id]);
    assert.deepEqual(await keysOf(bench.storage, two.folder), [held]);
    const again = await pruned(storage);
    assert.deepEqual(
      again.map(({ kind }) => kind),
      ['keep', 'orphan'],
    );
    assert.ok(again[1]?.kind === 'orphan' && again[1].failure && !again[1].goes);
    const [, orphan] = await pruned(bench.storage);
    assert.ok(orphan?.kind === 'orphan' && orphan.goes);
    assert.deepEqual(await keysOf(bench.storage, two.folder), []);
  });

  it('ends with the failure when removing is not allowed', async () => {
    const failure = new Failure('storage.access-denied', 'no');
    const storage = faultyStorage(bench.storage, [{ call: 'remove', nth: 1, does: 'fail', failure }]);
    await assert.rejects(pruned(storage), failure);
    assert.equal((await bench.backups()).length, 4);
  });

  it('keeps what somebody holds, with what it stands on, until the hold ends', async () => {
    const until = new Date(LATER.getTime() + 1000);
    await holdBackup(bench.storage, one.backup, { now: START, until, reason: 'the audit' });
    const events = await pruned(bench.storage);
    assert.deepEqual(idsOf(events, 'keep'), [newest.backup.id, one.backup.id, zero.backup.id]);
    const kept = events.find((event) => event.kind === 'keep' && event.verdict.backup.id === one.backup.id);
    assert.ok(kept?.kind === 'keep');
    assert.deepEqual(kept.verdict.reasons, [`held until ${until.toISOString()}: the audit`]);

    const order = { series: SERIES, policy: KEEP_ONE, dryRun: false };
    const deps = { storage: bench.storage, writerState: gone, now: until };
    assert.deepEqual(idsOf(await collected(prune(deps, order)), 'remove'), [one.backup.id, zero.backup.id]);
    assert.equal((await holdsOf(bench.storage, SERIES)).size, 0, 'the hold goes with the backup');
  });

  it('tells and sweeps what is of no use, and leaves what it does not know', async () => {
    for (const name of ['segments/00000009', 'writer', 'pieces', 'later']) {
      await bench.storage.put(newest.folder + name, textBody('x'));
    }
    const writer = await bench.begin(OPTIONS);
    await writer.write(synthetic(SPECS).parts(), NEVER);
    await writer.close(false);
    const told = (events: readonly PruneEvent[]) =>
      events.flatMap((event) => {
        if (event.kind === 'stray') return [`${event.stray.key.slice(newest.folder.length)} ${event.goes}`];
        return event.kind === 'orphan' ? [`${event.orphan.reason} ${event.goes}`] : [];
      });
    const expected = ['later false', 'pieces true', 'segments/00000009 true', 'writer true'];
    const dry = await pruned(bench.storage, { keepLast: 9 }, true);
    assert.deepEqual(told(dry), [...expected, 'its writer is gone true']);
    assert.deepEqual(told(await pruned(bench.storage, { keepLast: 9 })), told(dry));
    assert.deepEqual(told(await pruned(bench.storage, { keepLast: 9 })), ['later false']);
    assert.deepEqual(await keysOf(bench.storage, writer.folder), []);
    await assertWhole('nothing that is needed is swept');
  });
});

/** Puts back what is not there any more. */
async function putBack(storage: StorageBackend, objects: ReadonlyMap<string, Buffer>): Promise<void> {
  const there = new Set(await keysOf(storage));
  for (const [key, bytes] of objects) if (!there.has(key)) await storage.put(key, bodyOf(bytes));
}
