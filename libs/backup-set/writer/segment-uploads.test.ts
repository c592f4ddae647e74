import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Slabs } from '#codecs';
import { Failure, isFailure } from '#kernel';
import type { RewindableBody } from '#storage';
import { OpenSegment } from './open-segment.js';
import { SegmentUploads } from './segment-uploads.js';

const NEVER = new AbortController().signal;

describe('uploads of segments', () => {
  it('go on several at a time, within the bytes that may be held', async () => {
    const storage = new SlowStorage();
    const uploads = new SegmentUploads(storage, { uploads: 3, bytes: 250 }, NEVER, () => undefined);
    await uploads.begin('a', segmentOf(100));
    await uploads.begin('b', segmentOf(100));
    assert.deepEqual(storage.begun, ['a', 'b']);
    await uploads.room(50);
    let hasRoom = false;
    const room = uploads.room(51).then(() => (hasRoom = true));
    await turns();
    assert.equal(hasRoom, false);
    storage.end('b');
    await room;
    storage.end('a');
    await uploads.finish();
  });

  it('are no more than so many', async () => {
    const storage = new SlowStorage();
    const uploads = new SegmentUploads(storage, { uploads: 2, bytes: 1e9 }, NEVER, () => undefined);
    await uploads.begin('a', segmentOf(1));
    await uploads.begin('b', segmentOf(1));
    const third = uploads.begin('c', segmentOf(1));
    await turns();
    assert.deepEqual(storage.begun, ['a', 'b']);
    storage.end('a');
    await third;
    assert.deepEqual(storage.begun, ['a', 'b', 'c']);
    for (const key of ['b', 'c']) storage.end(key);
    await uploads.finish();
  });

  it('let a segment through that is larger than all that may be held', async () => {
    const storage = new SlowStorage();
    const uploads = new SegmentUploads(storage, { uploads: 2, bytes: 10 }, NEVER, () => undefined);
    await uploads.room(500);
    await uploads.begin('a', segmentOf(500));
    storage.end('a');
    await uploads.finish();
  });

  it('end with the first that fails, and the others are told', async () => {
    const storage = new SlowStorage();
    const uploads = new SegmentUploads(storage, { uploads: 2, bytes: 1e9 }, NEVER, () => undefined);
    await uploads.begin('a', segmentOf(1));
    await uploads.begin('b', segmentOf(1));
    storage.fail('b', new Failure('storage.full', 'no room'));
    const isFull = (error: unknown) => isFailure(error, 'storage.full');
    await assert.rejects(uploads.finish(), isFull);
    assert.equal(storage.signals.get('a')?.aborted, true);
    await assert.rejects(uploads.begin('c', segmentOf(1)), isFull);
    await assert.rejects(uploads.room(1), isFull);
    assert.deepEqual(storage.begun, ['a', 'b']);
    storage.end('a');
    await uploads.settle();
  });

  it('tell what is stored when it is stored', async () => {
    const storage = new SlowStorage();
    const stored: number[] = [];
    const uploads = new SegmentUploads(storage, { uploads: 2, bytes: 1e9 }, NEVER, (n) => stored.push(n));
    await uploads.begin('a', segmentOf(7));
    assert.deepEqual(stored, []);
    storage.end('a');
    await uploads.finish();
    assert.deepEqual(stored, [7]);
  });
});

function segmentOf(bytes: number): OpenSegment {
  const segment = new OpenSegment(new Slabs(64, 4));
  segment.add(Buffer.alloc(bytes, 7));
  return segment;
}

class SlowStorage {
  readonly begun: string[] = [];
  readonly signals = new Map<string, AbortSignal | undefined>();
  readonly #doors = new Map<string, PromiseWithResolvers<void>>();

  put(key: string, _body: RewindableBody, signal?: AbortSignal): Promise<void> {
    this.begun.push(key);
    this.signals.set(key, signal);
    const door = Promise.withResolvers<void>();
    this.#doors.set(key, door);
    return door.promise;
  }

  end(key: string): void {
    this.#doors.get(key)?.resolve();
  }

  fail(key: string, failure: Failure): void {
    this.#doors.get(key)?.reject(failure);
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await new Promise(setImmediate);
}
