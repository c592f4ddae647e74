import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Failure, type FailureCode } from '#kernel';
import { FakeClock } from '#kernel/testing';
import { bodyOf, copiesOf, type CopiesOptions, type StorageBackend } from '#storage';
import {
  bytesAt,
  collected,
  delegating,
  describeStorageContract,
  failsWith,
  faultyStorage,
  interruptedBody,
  keysOf,
  memoryStorage,
  testBytes,
  textAt,
  textBody,
  type ScriptedFault,
} from '#storage/testing';

type Memory = ReturnType<typeof memoryStorage>;

const NAMES = ['a', 'b', 'c'];
const bytes = testBytes(300_000);

/** Copies a, b and c in memory, of which the faults of each are given. */
function copies(faults: readonly (readonly ScriptedFault[])[], options?: CopiesOptions) {
  const memories = faults.map(() => memoryStorage());
  const faulty = memories.map((memory, at) => faultyStorage(memory, faults[at]!));
  const storage = copiesOf(
    faulty.map((one, at) => ({ name: NAMES[at]!, storage: one })),
    options,
  );
  const statesNow = () => storage.states().map(({ state }) => state);
  return { storage, memories, faulty, statesNow };
}

async function filled(faults: readonly (readonly ScriptedFault[])[], options?: CopiesOptions) {
  const made = copies(faults, options);
  for (const memory of made.memories) await memory.put('x/1', bodyOf(bytes));
  return made;
}

const fail = (call: ScriptedFault['call'], nth: number | 'every' = 1, code?: FailureCode) =>
  ({ call, nth, does: 'fail', ...(code ? { failure: new Failure(code, `scripted ${code}`) } : {}) }) as const;

/** Long enough for everything that can go on to go on. */
const settled = async () => {
  for (let turn = 0; turn < 30; turn += 1) await new Promise(setImmediate);
};

describe('copies', () => {
  for (const count of [1, 2, 3]) {
    const bases = new Map<StorageBackend, readonly Memory[]>();
    const joined = (memories: readonly Memory[]) => {
      const storage = copiesOf(memories.map((one, at) => ({ name: NAMES[at]!, storage: one })));
      bases.set(storage, memories);
      return storage;
    };
    describeStorageContract(`${count} copies in memory`, {
      open: async () => joined(Array.from({ length: count }, () => memoryStorage())),
      reopen: async (storage) => {
        await storage.close();
        return joined(bases.get(storage)!.map((memory) => memory.reopen()));
      },
    });
  }

  describe('putting', () => {
    it('stores on every copy, each from a reading of its own, and counts', async () => {
      const { storage, memories } = copies([[], [], []]);
      let opened = 0;
      const body = bodyOf(bytes);
      await storage.put('x/1', { ...body, open: () => ((opened += 1), body.open()) });
      for (const memory of memories) assert.ok(bytes.equals(await bytesAt(memory, 'x/1')));
      assert.equal(opened, 3);
      assert.deepEqual(
        storage.states().map(({ name, state, objects, bytes: size }) => ({ name, state, objects, size })),
        NAMES.map((name) => ({ name, state: 'whole', objects: 1, size: bytes.length })),
      );
    });

    it('goes on without a copy that fails, at whichever put that is, and gives it nothing more', async () => {
      for (const at of [0, 1, 2]) {
        for (let nth = 1; nth <= 5; nth += 1) {
          const faults = NAMES.map((_, copy) => (copy === at ? [fail('put', nth)] : []));
          const { storage, memories, statesNow, faulty } = copies(faults);
          for (let put = 1; put <= 5; put += 1) await storage.put(`x/${put}`, textBody(`${put}`));
          assert.deepEqual(
            statesNow(),
            NAMES.map((_, copy) => (copy === at ? 'failed' : 'whole')),
          );
          assert.equal(storage.states()[at]?.failure?.code, 'storage.unavailable');
          assert.equal(storage.states()[at]?.objects, nth - 1);
          assert.equal(faulty[at]?.diary.length, nth);
          for (const [copy, memory] of memories.entries())
            assert.equal((await keysOf(memory)).length, copy === at ? nth - 1 : 5);
          assert.deepEqual((await keysOf(storage)).length, 5);
        }
      }
    });

    it('keeps every object and answers every question, whichever call of one copy fails', async () => {
      for (const at of [0, 1]) {
        for (let nth = 1; nth <= 9; nth += 1) {
          const { storage, memories, faulty } = copies(
            [at, at].map((one, copy) => (one === copy ? [fail('any', nth)] : [])),
          );
          await storage.put('x/1', textBody('first'));
          assert.equal(await textAt(storage, 'x/1'), 'first');
          await storage.put('x/2', textBody('second'));
          assert.equal((await storage.head('x/2')).size, 6);
          assert.deepEqual(await keysOf(storage), ['x/1', 'x/2']);
          assert.deepEqual(await collected(storage.folders('')), ['x']);
          assert.equal(await textAt(storage, 'x/2'), 'second');
          await storage.remove('x/1').catch(() => storage.remove('x/1'));
          assert.deepEqual(await keysOf(storage), ['x/2']);
          assert.equal(await textAt(memories[1 - at]!, 'x/2'), 'second');
          if (at === 0 || nth <= 5) faulty[at]!.assertAllMet();
        }
      }
    });

    it('is done when the slowest is, and a slow one holds up no other', async () => {
      const { storage, memories, faulty } = copies([[], [{ call: 'put', nth: 1, does: 'freeze', after: 0 }]]);
      let isDone = false;
      const put = storage.put('x', bodyOf(bytes)).then(() => (isDone = true));
      await faulty[1]!.stalled();
      await settled();
      assert.equal((await memories[0]!.head('x')).size, bytes.length);
      assert.equal(isDone, false);
      faulty[1]!.release();
      await put;
      assert.equal((await memories[1]!.head('x')).size, bytes.length);
    });

    it('rejects with the first failure, and names all, when no copy is left', async () => {
      const { storage, statesNow } = copies([[fail('put', 1, 'storage.full')], [fail('put', 2)]]);
      await storage.put('x', textBody('x'));
      const failure = await failsWith('storage.unavailable', () => storage.put('y', textBody('y')));
      assert.match(failure.message, /scripted failure/);
      assert.deepEqual(statesNow(), ['failed', 'failed']);
      const all = await failsWith('storage.full', () => storage.put('z', textBody('z')));
      assert.match(all.message, /"a": scripted storage.full; "b": scripted failure of put "y"/);
      assert.deepEqual(all.context['copies'], { a: 'storage.full', b: 'storage.unavailable' });
      await failsWith('storage.full', () => keysOf(storage));
    });

    it('takes a refusal of all for one, and a refusal of some for theirs', async () => {
      const { storage, memories, statesNow } = copies([[], [], []]);
      await storage.put('x', textBody('x'));
      await failsWith('storage.object-exists', () => storage.put('x', textBody('x')));
      await failsWith('storage.body-mismatch', () => storage.put('y', { ...textBody('y'), size: 5 }));
      assert.deepEqual(statesNow(), ['whole', 'whole', 'whole']);
      await memories[1]!.put('z', textBody('other'));
      await storage.put('z', textBody('z'));
      assert.deepEqual(statesNow(), ['whole', 'failed', 'whole']);
      assert.equal(storage.states()[1]?.failure?.code, 'storage.object-exists');
    });

    it('keeps the copy that has the object already when the others fail', async () => {
      const { storage, memories, statesNow } = copies([[fail('put')], []]);
      await memories[1]!.put('x', textBody('x'));
      await failsWith('storage.object-exists', () => storage.put('x', textBody('x')));
      assert.deepEqual(statesNow(), ['failed', 'whole']);
    });

    it('fails no copy when the body throws or the put is aborted, and takes back what was stored', async () => {
      const broken = new Failure('storage.timeout', 'the source broke');
      const stop = new AbortController();
      const reason = new Error('no longer wanted');
      for (const [act, expected] of [
        [() => Promise.reject(broken), broken],
        [async () => stop.abort(reason), reason],
      ] as const) {
        const { storage, memories, statesNow } = copies([[], [], []]);
        let readings = 0;
        const body = bodyOf(bytes);
        const failing = interruptedBody(body, act);
        const open = () => ((readings += 1) === 3 ? failing.open() : body.open());
        await assert.rejects(storage.put('x', { ...body, open }, stop.signal), (error) => error === expected);
        assert.deepEqual(statesNow(), ['whole', 'whole', 'whole']);
        for (const memory of memories) assert.deepEqual(await keysOf(memory), []);
        assert.ok(storage.states().every(({ objects }) => objects === 0));
      }
    });

    it('lets the same one of two puts win everywhere, however slow the copies are', async () => {
      const { storage, memories, statesNow, faulty } = copies([[], [{ call: 'put', nth: 1, does: 'stall' }]]);
      const first = storage.put('x', textBody('first'));
      const second = failsWith('storage.object-exists', () => storage.put('x', textBody('second')));
      await faulty[1]!.stalled();
      await settled();
      faulty[1]!.release();
      await Promise.all([first, second]);
      for (const memory of memories) assert.equal(await textAt(memory, 'x'), 'first');
      assert.deepEqual(statesNow(), ['whole', 'whole']);
    });

    it('calls off what is on its way to a copy that has failed', async () => {
      const { storage, faulty, memories } = copies([
        [],
        [{ call: 'put', nth: 1, does: 'stall' }, fail('put', 2)],
      ]);
      await Promise.all([storage.put('x', textBody('x')), storage.put('y', textBody('y'))]);
      assert.deepEqual(faulty[1]!.diary, ['put x → stall', 'put y → fail']);
      assert.deepEqual(await keysOf(memories[1]!), []);
    });

    it('leaves a copy behind that is too much later than the first, when there is such a rule', async () => {
      const clock = new FakeClock();
      const stalls = [{ call: 'put', nth: 1, does: 'stall' }] as const;
      const { storage, faulty } = copies([[], stalls, []], { laggard: { clock, ms: 60_000 } });
      const put = storage.put('x', textBody('x'));
      await faulty[1]!.stalled();
      await settled();
      clock.advance(60_000);
      await put;
      const [, late] = storage.states();
      assert.deepEqual([late?.state, late?.failure?.code], ['late', 'copies.late']);
      await storage.put('y', textBody('y'));
      assert.equal(faulty[1]!.diary.length, 1);
      assert.deepEqual(clock.sleeps.length, 2);
      clock.advance(60_000);
      assert.equal(storage.states()[0]?.state, 'whole');
    });
  });

  describe('reading', () => {
    for (const code of [
      'storage.object-missing',
      'storage.unavailable',
      'storage.timeout',
      'storage.access-denied',
      'storage.range-invalid',
    ] as const) {
      it(`asks the next copy when one says ${code}`, async () => {
        const { storage, statesNow } = await filled([
          [fail('any', 'every', code)],
          [fail('any', 'every', code)],
          [],
        ]);
        assert.ok(bytes.equals(await bytesAt(storage, 'x/1')));
        assert.equal((await storage.head('x/1')).size, bytes.length);
        assert.deepEqual(statesNow(), ['whole', 'whole', 'whole']);
      });
    }

    it('takes the first copy, and from then on the others before one that did not answer', async () => {
      const { storage, faulty } = await filled([[fail('get', 1), fail('head', 'every')], []]);
      for (let round = 0; round < 3; round += 1) await bytesAt(storage, 'x/1');
      assert.deepEqual(faulty[0]!.diary, ['get x/1 → fail']);
      const healthy = await filled([[], []]);
      for (let round = 0; round < 3; round += 1) await bytesAt(healthy.storage, 'x/1');
      assert.deepEqual(healthy.faulty[1]!.diary, []);
    });

    it('goes on with the next copy at the byte reached, wherever the stream breaks or ends', async () => {
      for (const after of [0, 1, 65_536, 299_999]) {
        for (const range of [undefined, { start: 3, end: 300_000 }]) {
          const breaks = { call: 'get', nth: 1, does: 'break', after } as const;
          const { storage, faulty } = await filled([[breaks], [breaks], []]);
          const expected = bytes.subarray(range?.start ?? 0);
          assert.ok(expected.equals(await bytesAt(storage, 'x/1', range)), `${after}`);
          for (const one of faulty) one.assertAllMet();
        }
      }
      const { storage } = await filled([[{ call: 'get', nth: 1, does: 'truncate', keep: 10 }], []]);
      assert.ok(bytes.subarray(1).equals(await bytesAt(storage, 'x/1', { start: 1, end: 300_000 })));
    });

    it('says that an object is missing only when every copy says so', async () => {
      const { storage } = copies([[], []]);
      await failsWith('storage.object-missing', () => storage.get('x'));
      await failsWith('storage.object-missing', () => storage.head('x'));
      const half = copies([[], [fail('any', 'every')]]);
      const failure = await failsWith('storage.unavailable', () => half.storage.head('x'));
      assert.deepEqual(failure.context['copies'], {
        a: 'storage.object-missing',
        b: 'storage.unavailable',
      });
      await failsWith('storage.unavailable', () => half.storage.get('x'));
    });

    it('rejects in the middle when all have broken, and names them', async () => {
      const breaks = { call: 'get', nth: 1, does: 'break', after: 9 } as const;
      const { storage } = await filled([[breaks], [breaks]]);
      const failure = await failsWith('storage.unavailable', () => bytesAt(storage, 'x/1'));
      assert.match(failure.message, /no copy could read object "x\/1": "a": .*; "b": /);
    });

    it('doubts no copy because a reader left', async () => {
      const { storage, faulty } = await filled([
        [{ call: 'get', nth: 1, does: 'freeze', after: 70_000 }],
        [],
      ]);
      const stream = await storage.get('x/1');
      stream.resume();
      await faulty[0]!.stalled();
      stream.destroy();
      await settled();
      await bytesAt(storage, 'x/1');
      assert.deepEqual(faulty[0]!.diary.slice(1), ['get x/1']);
      assert.deepEqual(faulty[1]!.diary, []);
    });
  });

  describe('listing', () => {
    it('is the union of all, in order, each key once', async () => {
      const { storage, memories } = copies([[], [], []]);
      for (const [at, keys] of [['b/1', 'd/1', 'b.c/1'], ['a/1', 'd/1'], [], ['d/1', 'e']].entries())
        for (const key of keys) await memories[at % 3]!.put(key, textBody('x')).catch(() => undefined);
      assert.deepEqual(await keysOf(storage), ['a/1', 'b.c/1', 'b/1', 'd/1', 'e']);
      assert.deepEqual(await keysOf(storage, 'b/'), ['b/1']);
      assert.deepEqual(await collected(storage.folders('')), ['a', 'b', 'b.c', 'd']);
      for (const { name, storage: one } of storage.members())
        assert.deepEqual(await keysOf(one), await keysOf(memories[NAMES.indexOf(name)]!));
    });

    it('goes on without a copy that cannot list, and asks it no more', async () => {
      for (const fault of [fail('list'), { call: 'list', nth: 1, does: 'break', after: 1 } as const]) {
        const { storage, faulty, memories, statesNow } = await filled([[fault], []]);
        for (const memory of memories) await memory.put('x/2', textBody('x'));
        for (let round = 0; round < 2; round += 1) assert.deepEqual(await keysOf(storage), ['x/1', 'x/2']);
        assert.equal(faulty[0]!.diary.length, 1);
        assert.deepEqual(statesNow(), ['whole', 'whole']);
        assert.equal(storage.states()[0]?.unlisted?.code, 'storage.unavailable');
      }
    });

    it('rejects when the last copy cannot list, and asks again the next time', async () => {
      const { storage } = await filled([[fail('list')], [fail('list')]]);
      await failsWith('storage.unavailable', () => keysOf(storage));
      assert.deepEqual(await keysOf(storage), ['x/1']);
    });
  });

  it('removes from all, tries all, and names those that failed', async () => {
    const { storage, memories } = await filled([[], [fail('remove', 1, 'storage.access-denied')], []]);
    const failure = await failsWith('storage.access-denied', () => storage.remove('x/1'));
    assert.match(failure.message, /object "x\/1" is not removed from every copy: "b": scripted/);
    assert.deepEqual(failure.context['copies'], ['b']);
    const left = await Promise.all(memories.map(async (memory) => (await keysOf(memory)).length));
    assert.deepEqual(left, [0, 1, 0]);
    await storage.remove('x/1');
    assert.deepEqual(await keysOf(storage), []);
  });

  it('are what their members are together', () => {
    const properties = {
      connections: 4,
      rangeReads: false,
      place: 'p',
      maxObjectSize: 5,
      directories: ['/p'],
    };
    const other: StorageBackend = {
      ...delegating(memoryStorage()),
      properties: { ...memoryStorage().properties, ...properties },
    };
    const storage = copiesOf([
      { name: 'a', storage: memoryStorage() },
      { name: 'b', storage: other },
      { name: 'c', place: 'far', failure: new Failure('storage.timeout', 'x') },
    ]);
    assert.deepEqual(storage.properties, {
      ...{ connections: 16, maxObjectSize: 5, atomicPut: true, rangeReads: false },
      ...{ place: 'memory, p', directories: ['/p'] },
    });
    assert.deepEqual(
      storage.states().map(({ name, place, state }) => [name, place, state]),
      [
        ['a', 'memory', 'whole'],
        ['b', 'p', 'whole'],
        ['c', 'far', 'failed'],
      ],
    );
  });

  it('work without a member that could not be opened, and say why when none could', async () => {
    const failure = new Failure('storage.login-refused', 'no');
    const storage = copiesOf([
      { name: 'a', failure },
      { name: 'b', storage: memoryStorage() },
    ]);
    await storage.put('x', textBody('x'));
    assert.equal(await textAt(storage, 'x'), 'x');
    await storage.close();
    const none = copiesOf([{ name: 'a', failure }]);
    await assert.rejects(none.put('x', textBody('x')), (error) => error === failure);
    await assert.rejects(none.head('x'), (error) => error === failure);
    assert.throws(() =>
      copiesOf([
        { name: 'a', failure },
        { name: 'a', failure },
      ]),
    );
  });

  it('write no more to a member that was dropped as late, and may still read it', async () => {
    const { storage, memories } = await filled([[], [], [fail('put')]]);
    const failure = new Failure('copies.late', 'b has not the base');
    storage.dropMember('b', 'late', failure);
    storage.dropMember('b', 'failed', new Failure('storage.full', 'later'));
    await storage.put('y', textBody('y'));
    assert.deepEqual(await keysOf(memories[1]!), ['x/1']);
    assert.deepEqual([storage.states()[1]?.state, storage.states()[1]?.failure], ['late', failure]);
    assert.deepEqual(
      [storage.members(), storage.alternatives()].map((all) => all.map(({ name }) => name)),
      [['a'], ['a', 'b']],
    );
  });
});
