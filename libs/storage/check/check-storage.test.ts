import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'mocha';
import { temporaryDirectory } from '#host';
import { Failure, systemClock, type FailureCode } from '#kernel';
import { FakeClock } from '#kernel/testing';
import {
  checkStorage,
  composeStorage,
  readOnlyStorage,
  type StorageBackend,
  type StorageRight,
} from '#storage';
import { storageDriver } from '#storage/drivers';
import {
  delegating,
  failsWith,
  faultyStorage,
  keysOf,
  memoryStorage,
  type ScriptedFault,
} from '#storage/testing';

const BYTES = 100_000;
const check = (storage: StorageBackend) =>
  checkStorage(storage, { clock: new FakeClock(), random: randomBytes, bytes: BYTES });

const no = (
  call: ScriptedFault['call'],
  code: FailureCode = 'storage.access-denied',
  nth: number | 'every' = 'every',
) => ({ call, nth, does: 'fail', failure: new Failure(code, `scripted ${code}`) }) as const;

async function checked(...faults: readonly ScriptedFault[]) {
  const inner = memoryStorage();
  const report = await check(faultyStorage(inner, faults));
  const states = Object.entries(report.rights).map(
    ([right, { state }]) => [right as StorageRight, state] as const,
  );
  return {
    report,
    lacking: Object.fromEntries(states.filter(([, state]) => state !== 'allowed')),
    findings: report.findings.map(({ code }) => code),
    left: await keysOf(inner),
  };
}

describe('the check of a storage', () => {
  it('finds that all is allowed, and leaves nothing', async () => {
    const { report, lacking, findings, left } = await checked();
    assert.deepEqual([lacking, findings, left, report.leftover], [{}, [], [], undefined]);
    assert.deepEqual([report.place, report.bytes], ['memory', BYTES]);
  });

  it('measures how fast it goes', async () => {
    const clock = new FakeClock();
    const inner = memoryStorage();
    const slow: StorageBackend = {
      ...delegating(inner),
      put: (key, body) => (clock.advance(2000), inner.put(key, body)),
      get: (key, range) => (clock.advance(500), inner.get(key, range)),
      head: (key) => (clock.advance(7), inner.head(key)),
    };
    const report = await checkStorage(slow, { clock, random: randomBytes });
    assert.deepEqual(
      [report.bytes, report.putBytesPerSecond, report.getBytesPerSecond, report.headMs],
      [8 << 20, 4 << 20, 16 << 20, 7],
    );
  });

  it('finds an append-only client, and says what it leaves', async () => {
    const { report, lacking, findings, left } = await checked(no('remove'));
    assert.deepEqual([lacking, findings], [{ delete: 'denied' }, ['append-only', 'leftover']]);
    assert.match(report.findings[0]!.text, /cannot delete: good for an append-only client/);
    assert.deepEqual(left, [report.leftover?.key]);
    assert.match(left[0]!, /^firn-check-[0-9a-f]{16}\/object$/);
    assert.equal(report.leftover?.failure?.code, 'storage.access-denied');
  });

  for (const [why, faults, lacking, findings] of [
    ['may not put', [no('put')], { put: 'denied' }, ['no-writing']],
    ['may not get', [no('get')], { get: 'denied', range: 'denied' }, ['no-reading']],
    ['may not list', [no('list')], { list: 'denied' }, ['no-listing']],
    ['may not head', [no('head')], { head: 'denied' }, []],
    [
      'may only put',
      [no('get'), no('list'), no('head'), no('remove')],
      { get: 'denied', range: 'denied', list: 'denied', head: 'denied', delete: 'denied' },
      ['append-only', 'no-reading', 'no-listing', 'leftover'],
    ],
    [
      'may do nothing',
      [no('any')],
      { put: 'denied', get: 'denied', range: 'denied', list: 'denied', head: 'denied', delete: 'denied' },
      ['no-writing', 'no-reading', 'no-listing'],
    ],
    ['finds no room', [no('put', 'storage.full')], { put: 'failed' }, ['no-writing']],
    ['gets no range', [no('get', 'storage.unsupported', 2)], { range: 'failed' }, ['no-ranges']],
    ['loses an answer', [{ call: 'put', nth: 1, does: 'lose-answer' }], { put: 'failed' }, ['no-writing']],
    [
      'reads other bytes',
      [{ call: 'get', nth: 1, does: 'flip-byte', at: 3 }],
      { get: 'failed' },
      ['no-reading'],
    ],
    [
      'lists too late',
      [{ call: 'list', nth: 1, does: 'stale', hides: 1 }],
      { list: 'failed' },
      ['no-listing'],
    ],
  ] as const satisfies readonly (readonly [string, readonly ScriptedFault[], object, readonly string[]])[]) {
    it(`tells of a client who ${why}, and never rejects for it`, async () => {
      const found = await checked(...faults);
      assert.deepEqual([found.lacking, found.findings], [lacking, findings]);
      if (!('delete' in lacking)) assert.deepEqual(found.left, []);
    });
  }

  it('tells of a storage opened for reading only, of one without ranges, and of one that puts by pieces', async () => {
    const report = await check(readOnlyStorage(memoryStorage()));
    assert.deepEqual([report.rights.put.state, report.rights.get.state], ['denied', 'allowed']);
    const memory = memoryStorage();
    const properties = { ...memory.properties, rangeReads: false, atomicPut: false };
    const simple = await check({ ...delegating(memory), properties });
    assert.deepEqual(
      simple.findings.map(({ code }) => code),
      ['no-ranges', 'no-atomic-put'],
    );
  });

  it('rejects when nobody answers, or nobody may enter', async () => {
    for (const code of [
      'storage.unavailable',
      'storage.timeout',
      'storage.login-refused',
      'storage.host-untrusted',
      'storage.certificate-untrusted',
    ] as const) {
      await failsWith(code, () => check(faultyStorage(memoryStorage(), [no('any', code)])));
    }
  });

  it('removes its object also when it is cut short, at whichever call', async () => {
    for (let nth = 1; nth <= 11; nth += 1) {
      const inner = memoryStorage();
      const faulty = faultyStorage(inner, [no('any', 'storage.login-refused', nth)]);
      await check(faulty).catch((error: unknown) => assert.ok(error instanceof Failure));
      assert.deepEqual(await keysOf(inner), [], `call ${nth}`);
    }
  });

  it('can be called off', async () => {
    const faulty = faultyStorage(memoryStorage(), [{ call: 'get', nth: 1, does: 'stall' }]);
    const stop = new AbortController();
    const reason = new Error('no longer wanted');
    const checking = checkStorage(faulty, {
      clock: new FakeClock(),
      random: randomBytes,
      bytes: 10,
      signal: stop.signal,
    });
    await faulty.stalled();
    stop.abort(reason);
    await assert.rejects(checking, (error) => error === reason);
    assert.deepEqual(await keysOf(faulty), []);
  });

  it('works on a directory, composed as the agent does it', async () => {
    const directory = await temporaryDirectory('firn-check-');
    try {
      const local = await storageDriver('local').open({ container: directory.path });
      const clock = systemClock;
      const report = await checkStorage(
        composeStorage(local, { clock, random: Math.random, stallMs: 60_000 }),
        {
          ...{ clock, random: randomBytes, bytes: 1 << 20 },
        },
      );
      assert.deepEqual(report.findings, []);
      assert.ok((report.putBytesPerSecond ?? 0) > 0 && (report.getBytesPerSecond ?? 0) > 0);
      assert.deepEqual(await keysOf(local), []);
      await local.close();
    } finally {
      await directory.remove();
    }
  });
});
