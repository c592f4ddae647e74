import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readAll, type StorageBackend } from '#storage';
import { delegating, testBytes } from '#storage/testing';
import { Bench, NEVER } from '../testing/bench.js';
import { file, synthetic } from '../testing/synthetic.js';

const SEGMENT = 16_384;
const FILES = 200;

describe('a storage that stands still', () => {
  it('makes the source wait, whatever its size, and the backup is whole when it goes on', async () => {
    const bench = await Bench.make({ encrypted: true });
    try {
      const stream = synthetic(
        Array.from({ length: FILES }, (_, i) => file(`f${i}`, testBytes(SEGMENT / 4, i + 1))),
      );
      let read = 0;
      const counted = {
        ...stream,
        async *parts() {
          for await (const part of stream.parts()) {
            read += part.bytes.length;
            yield part;
          }
        },
      };
      const stalled = stalling(bench.storage);
      const writer = await bench.begin({ maxSegmentBytes: SEGMENT, codec: 'none', storage: stalled.storage });
      const finishing = bench.finish(writer, counted);
      await stalled.reached;
      for (let i = 0; i < 200; i += 1) await new Promise(setImmediate);
      // Two segments may be held, and a queue of four frames of a quarter of a segment, and what is cut.
      assert.ok(read <= 4 * SEGMENT, `${read} bytes were read meanwhile`);
      stalled.goOn();
      const manifest = await finishing;
      assert.ok(read > FILES * (SEGMENT / 4));
      const listed = await bench.listed(manifest.backup);
      assert.deepEqual(await readAll(bench.reader(listed).stream(NEVER)), stream.bytes);
    } finally {
      await bench.close();
    }
  });
});

/** Puts of segments wait until they may go on. */
function stalling(storage: StorageBackend) {
  const reached = Promise.withResolvers<void>();
  const door = Promise.withResolvers<void>();
  const waiting: StorageBackend = {
    ...delegating(storage),
    put: async (key, body, signal) => {
      if (key.includes('/segments/')) {
        reached.resolve();
        await door.promise;
      }
      await storage.put(key, body, signal);
    },
  };
  return { storage: waiting, reached: reached.promise, goOn: () => door.resolve() };
}
