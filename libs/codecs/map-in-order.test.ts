import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { mapInOrder } from '#codecs';

describe('mapping in order', () => {
  it('gives every result in the order of the source, and never takes more than so many items ahead', async () => {
    const law = fc.asyncProperty(
      fc.nat(40),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(6), { minLength: 1 }),
      async (count, lanes, waits) => {
        const bench = new Bench(count);
        let pauses = 0;
        const pause = () => turns(waits[pauses++ % waits.length] ?? 0);
        const results: number[] = [];
        const work = bench.work(async (item) => {
          await pause();
          return item * 10;
        });
        for await (const result of mapInOrder(bench.source(), lanes, work)) {
          results.push(result);
          assert.ok(bench.most <= lanes && bench.taken - results.length <= lanes);
          await pause();
        }
        assert.deepEqual(
          results,
          Array.from({ length: count }, (_, i) => i * 10),
        );
        assert.deepEqual([bench.running, bench.returned], [0, 1]);
      },
    );
    await fc.assert(law, { numRuns: 60 });
  });

  it('works on all lanes at once while the first is slow', async () => {
    const bench = new Bench(10);
    const door = Promise.withResolvers<void>();
    const iteration = mapInOrder(
      bench.source(),
      3,
      bench.work((item) => (item === 0 ? door.promise : turns(1))),
    );
    const first = iteration.next();
    await turns(20);
    assert.deepEqual([bench.most, bench.taken], [3, 3]);
    door.resolve();
    assert.ok(!(await first).done);
    await iteration.return();
  });

  it('takes nothing from the source before it is asked', async () => {
    const bench = new Bench(10);
    mapInOrder(
      bench.source(),
      3,
      bench.work(async (item) => item),
    );
    await turns(10);
    assert.equal(bench.taken, 0);
  });

  it('waits with the source while nobody takes the results', async () => {
    const bench = new Bench(100);
    const iteration = mapInOrder(
      bench.source(),
      3,
      bench.work(async (item) => item),
    );
    await iteration.next();
    await turns(30);
    assert.equal(bench.taken, 4);
    await iteration.return();
    assert.equal(bench.returned, 1);
  });

  for (let nth = 0; nth < 7; nth += 1) {
    it(`ends with the failure of work ${nth}, when all work has ended and the source has been given back`, async () => {
      const bench = new Bench(100);
      const work = bench.work(async (item) => {
        if (item === nth) throw new Error(`work ${item}`);
        await turns(item % 3);
      });
      await assert.rejects(drained(mapInOrder(bench.source(), 3, work)), new RegExp(`work ${nth}$`));
      assert.deepEqual([bench.running, bench.returned], [0, 1]);
    });

    it(`ends with the failure of the source at item ${nth}`, async () => {
      const bench = new Bench(nth, new Error('source'));
      await assert.rejects(
        drained(
          mapInOrder(
            bench.source(),
            3,
            bench.work(() => turns(4)),
          ),
        ),
        /source/,
      );
      assert.equal(bench.running, 0);
    });

    it(`stops when it is left after ${nth + 1} results`, async () => {
      const bench = new Bench(100);
      let left = nth;
      for await (const result of mapInOrder(
        bench.source(),
        3,
        bench.work(async (item) => item),
      )) {
        if (left-- === 0) assert.equal(result, nth);
        if (left < 0) break;
      }
      assert.deepEqual([bench.running, bench.returned], [0, 1]);
    });
  }

  it('does not wait for slow work before it when one fails, but tells it', async () => {
    const bench = new Bench(10);
    const work = bench.work(async (item, signal) => {
      if (item === 1) throw new Error('second');
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('told'))));
    });
    await assert.rejects(drained(mapInOrder(bench.source(), 3, work)), /second/);
    assert.equal(bench.running, 0);
  });

  it('ends with the reason of its signal, whatever it waits for', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const bench = new Bench(10);
    const work = bench.work(
      (_, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    const all = assert.rejects(
      drained(mapInOrder(bench.source(), 2, work, controller.signal)),
      (error) => error === reason,
    );
    await turns(5);
    assert.equal(bench.running, 2);
    controller.abort(reason);
    await all;
    assert.deepEqual([bench.running, bench.returned], [0, 1]);
    await assert.rejects(
      drained(mapInOrder(bench.source(), 2, work, controller.signal)),
      (error) => error === reason,
    );
  });

  it('hands over what is done while the source takes its time', async () => {
    const door = Promise.withResolvers<void>();
    async function* source(): AsyncGenerator<number> {
      yield 1;
      await door.promise;
      yield 2;
    }
    const iteration = mapInOrder(source(), 3, async (item) => item);
    assert.deepEqual(await iteration.next(), { done: false, value: 1 });
    door.resolve();
    assert.deepEqual(await iteration.next(), { done: false, value: 2 });
    assert.deepEqual(await iteration.next(), { done: true, value: undefined });
  });

  it('can have undefined as a result, and an empty source', async () => {
    assert.deepEqual(await drained(mapInOrder(new Bench(2).source(), 1, async () => undefined)), [
      undefined,
      undefined,
    ]);
    assert.deepEqual(await drained(mapInOrder(new Bench(0).source(), 1, async () => 1)), []);
  });
});

/** A source and a work that notice what is done to them. */
class Bench {
  taken = 0;
  returned = 0;
  running = 0;
  most = 0;

  constructor(
    private readonly count: number,
    private readonly failure?: Error,
  ) {}

  async *source(): AsyncGenerator<number> {
    try {
      for (let i = 0; i < this.count; i += 1) {
        this.taken += 1;
        yield i;
      }
      if (this.failure) throw this.failure;
    } finally {
      this.returned += 1;
    }
  }

  work<R>(act: (item: number, signal: AbortSignal) => Promise<R>) {
    return async (item: number, signal: AbortSignal): Promise<R> => {
      this.running += 1;
      this.most = Math.max(this.most, this.running);
      try {
        return await act(item, signal);
      } finally {
        this.running -= 1;
      }
    };
  }
}

async function drained<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise(setImmediate);
}
