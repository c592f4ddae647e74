import assert from 'node:assert/strict';
import { Transform } from 'node:stream';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { Lanes } from './lanes.js';
import { PooledCodec } from './pooled-codec.js';

describe('lanes', () => {
  it('run so many works at a time, and start the others in the order in which they came', async () => {
    const lanes = new Lanes(2);
    const doors = Array.from({ length: 6 }, () => Promise.withResolvers<void>());
    const begun: number[] = [];
    const all = doors.map((door, i) =>
      lanes.run(async () => {
        begun.push(i);
        await door.promise;
      }),
    );
    await turns();
    assert.deepEqual(begun, [0, 1]);
    doors[1]!.resolve();
    await turns();
    assert.deepEqual(begun, [0, 1, 2]);
    for (const door of doors) door.resolve();
    await Promise.all(all);
    assert.deepEqual(begun, [0, 1, 2, 3, 4, 5]);
  });

  it('let one who waits give up, and the others keep their turn', async () => {
    const lanes = new Lanes(1);
    const door = Promise.withResolvers<void>();
    const first = lanes.run(() => door.promise);
    const controller = new AbortController();
    const reason = new Error('enough');
    const second = assert.rejects(
      lanes.run(async () => assert.fail('begun'), controller.signal),
      (e) => e === reason,
    );
    const third = lanes.run(async () => 'third');
    controller.abort(reason);
    await second;
    door.resolve();
    await first;
    assert.equal(await third, 'third');
  });

  it('are free again after a work that failed', async () => {
    const lanes = new Lanes(1);
    await assert.rejects(
      lanes.run(() => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.equal(await lanes.run(async () => 1), 1);
  });
});

describe('a compressor that broke', () => {
  it('is replaced, and the next buffer is packed', async () => {
    let made = 0;
    const method = {
      name: 'zstd' as const,
      compressor: () => ({ stream: halving((made += 1) === 1 ? 1 : Infinity) }),
      decompress: () => Promise.reject(new Error('not asked for')),
    };
    const codec = new PooledCodec(method, 1);
    assert.deepEqual(await codec.compress(Buffer.from('abcd')), Buffer.from('ab'));
    await assert.rejects(codec.compress(Buffer.from('abcd')), (e) => isFailure(e, 'internal.unexpected'));
    assert.deepEqual(await codec.compress(Buffer.from('cdef')), Buffer.from('cd'));
    assert.deepEqual(await codec.compress(Buffer.from('gh')), Buffer.from('g'));
    assert.equal(made, 2);
    await codec.close();
  });
});

/** Breaks in the middle of a write, after `good` that went well. */
function halving(good: number): Transform {
  let writes = 0;
  return new Transform({
    transform(plain: Buffer, _, done) {
      this.push(plain.subarray(0, plain.length / 2));
      writes += 1;
      setImmediate(() => done(writes > good ? new Error('broken') : null));
    },
  });
}

async function turns(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await new Promise(setImmediate);
}
