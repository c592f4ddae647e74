import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { describe, it } from 'mocha';
import { Failure, isFailure } from '#kernel';
import {
  openFramer,
  type Framed,
  type Framer,
  type FramerOptions,
  type FramerPart,
  type KnownPiece,
} from '#pieces';
import { framePlainly, joined } from './plain-framing.fixture.js';
import { archiveOf, each, noise, partsOf, readBack } from './streams.fixture.js';

const MIB = 1 << 20;

function open(changes: Partial<FramerOptions> = {}): Framer {
  const { signal } = new AbortController();
  return openFramer({ level: 0, frameBytes: MIB, known: each([]), tableBytes: MIB, signal, ...changes });
}

/** A framer, and the thread that it works in. */
async function openWithThread(changes: Partial<FramerOptions> = {}): Promise<[Framer, Worker]> {
  const started = once(process, 'worker');
  const framer = open(changes);
  const [thread] = (await started) as [Worker];
  return [framer, thread];
}

async function all(framed: AsyncIterable<Framed>): Promise<Framed[]> {
  return Array.fromAsync(framed);
}

/** Parts without end; `taken` tells how many were asked for, `returned` whether the source was given back. */
function endless(): { parts: AsyncIterable<FramerPart>; taken: () => number; returned: () => boolean } {
  let taken = 0;
  let returned = false;
  async function* parts(): AsyncGenerator<FramerPart, void, undefined> {
    try {
      for (;;) {
        taken += 1;
        const bytes = Buffer.allocUnsafeSlow(MIB).fill(noise(taken, 1000));
        yield { bytes, contents: [{ at: (taken - 1) * MIB, length: MIB }] };
      }
    } finally {
      returned = true;
    }
  }
  return { parts: parts(), taken: () => taken, returned: () => returned };
}

/** A source that gives one part, and then nothing more, ever. */
async function* stuck(): AsyncGenerator<FramerPart, void, undefined> {
  yield { bytes: Buffer.alloc(100), contents: [] };
  await new Promise<never>(() => {});
}

describe('a framer', () => {
  it('frames a stream in its thread as the plainest framing does, and the next level on it', async () => {
    const settings = { frameBytes: 100_000, tableBytes: MIB };
    const image = noise(1, 600_000);
    const stream = archiveOf(image, Buffer.alloc(200_000), image);
    const base = await all(open({ level: 0, ...settings }).frame(each(partsOf(stream, [70_000, 3]))));
    const expected = framePlainly(stream, { level: 0, ...settings }, []);
    const pieces = base.flatMap((framed) => framed.pieces);
    assert.deepEqual(
      base.flatMap(({ frame }) => frame ?? []),
      expected.frames,
    );
    assert.deepEqual(
      base.flatMap(({ extents }) => extents),
      expected.extents,
    );
    assert.deepEqual(pieces, expected.pieces);

    const later = archiveOf(Buffer.concat([noise(2, 9000), image]));
    const known = each<readonly KnownPiece[]>([pieces.slice(0, 10), pieces.slice(10)]);
    const next = await all(open({ level: 1, ...settings, known }).frame(each(partsOf(later, [50_000]))));
    const extents = next.flatMap((framed) => framed.extents);
    const frames = next.flatMap(({ frame }) => frame ?? []);
    assert.ok(readBack(extents, [expected.frames, frames]).equals(later.bytes));
    assert.deepEqual(extents, joined(extents));
    assert.ok(frames.length <= 2, `${frames.length} frames`);
  });

  it('tells of extents only when their frame is there or is the next', async () => {
    const stream = archiveOf(...[1, 2, 1, 3].map((seed) => noise(seed, 300_000)));
    let frames = 0;
    for await (const { frame, extents } of open({ frameBytes: 65_536 }).frame(
      each(partsOf(stream, [10_000])),
    )) {
      if (frame) frames += 1;
      assert.ok(extents.every((extent) => extent.frame <= frames));
    }
  });

  it('frames nothing when there is nothing', async () => {
    assert.deepEqual(await all(open().frame(each([]))), []);
  });

  it('empties parts with memory of their own, and copies others', async () => {
    const own = Buffer.allocUnsafeSlow(1000).fill(1);
    const slab = Buffer.allocUnsafeSlow(3000).fill(2);
    const parts = [own, slab.subarray(1000, 2000), Buffer.from('from the pool')];
    const framed = await all(open().frame(each(parts.map((bytes) => ({ bytes, contents: [] })))));
    assert.equal(framed[0]?.frame?.length, 2013);
    assert.deepEqual([own.length, slab.length, parts[2]?.toString()], [0, 3000, 'from the pool']);
  });

  it('takes at most a few parts from the source while nobody reads', async () => {
    const source = endless();
    const framed = open().frame(source.parts)[Symbol.asyncIterator]();
    for (let read = 1; read <= 5; read += 1) {
      await framed.next();
      await setImmediate();
      assert.ok(source.taken() <= read + 4, `${source.taken()} parts for ${read} frames`);
    }
    const before = source.taken();
    for (let turn = 0; turn < 1000; turn += 1) await setImmediate();
    assert.ok(source.taken() <= before + 3);
    await framed.return?.();
    assert.ok(source.returned(), 'the source is given back');
  });
});

describe('a framer that cannot go on', () => {
  it('rejects with what the source rejects with, and with what the known pieces do', async () => {
    const failure = new Failure('source.unreadable', 'no');
    const failing = <T>(first: T) =>
      (async function* () {
        yield first;
        throw failure;
      })();
    await assert.rejects(all(open().frame(failing({ bytes: Buffer.alloc(9), contents: [] }))), failure);
    await assert.rejects(all(open({ known: failing([]) }).frame(each([]))), failure);
  });

  it('rejects when its thread is killed in the midst', async () => {
    const [framer, thread] = await openWithThread();
    const reading = (async () => {
      for await (const { frame } of framer.frame(endless().parts)) if (frame) await thread.terminate();
    })();
    await assert.rejects(reading, (error) => isFailure(error, 'internal.unexpected'));
  });

  it('rejects when its thread is killed while the source is stuck', async () => {
    const [framer, thread] = await openWithThread();
    const framing = assert.rejects(all(framer.frame(stuck())), (error) =>
      isFailure(error, 'internal.unexpected'),
    );
    await once(thread, 'message');
    await thread.terminate();
    await framing;
  });

  it('rejects when its thread throws, with the reason', async () => {
    const [framer, thread] = await openWithThread();
    thread.postMessage({ order: 'frame' });
    await assert.rejects(all(framer.frame(stuck())), (error) => {
      assert.ok(isFailure(error, 'internal.unexpected'));
      assert.match(error.message, /^the framing thread failed: ./);
      return true;
    });
  });

  it('ends at once when it is called off, though the source is stuck', async () => {
    const calledOff = new AbortController();
    const reason = new Failure('run.cancelled', 'enough');
    const [framer, thread] = await openWithThread({ signal: calledOff.signal });
    const ended = once(thread, 'exit');
    const framing = assert.rejects(all(framer.frame(stuck())), reason);
    calledOff.abort(reason);
    await framing;
    await ended;
    await assert.rejects(all(open({ signal: calledOff.signal }).frame(each([]))), reason);
  });

  it('rejects when it is closed meanwhile, and closes twice', async () => {
    const framer = open();
    const framing = assert.rejects(all(framer.frame(stuck())), (error) => isFailure(error, 'run.cancelled'));
    await framer.close();
    await framing;
    await framer.close();
  });

  it('frames one stream only', async () => {
    const framer = open();
    await all(framer.frame(each([])));
    await assert.rejects(all(framer.frame(each([]))), /a framer frames one stream/);
  });

  it('refuses contents that overlap or begin elsewhere, and pieces with another digest', async () => {
    const bytes = () => Buffer.alloc(100);
    const wrong = [
      [{ at: 100, length: 1 }],
      [
        { at: 50, length: 10 },
        { at: 55, length: 10 },
      ],
      [{ at: -1, length: 10 }],
    ];
    for (const contents of wrong) {
      await assert.rejects(
        all(open().frame(each([{ bytes: bytes(), contents }]))),
        /contents begin in their part/,
      );
    }
    const piece = { level: 0, frame: 0, start: 0, length: 1, digest: Buffer.alloc(32) };
    await assert.rejects(
      all(open({ known: each([[piece]]) }).frame(each([]))),
      /the digest of a piece has 24 bytes/,
    );
  });
});
