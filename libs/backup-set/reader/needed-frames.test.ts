import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Manifest } from '../manifest.js';
import { openVisits } from './fetch-ahead.js';
import type { FrameSource } from './frame-source.js';
import type { FrameVisit } from './frame-visits.js';
import { UNTIL_NEXT } from './lent-frames.js';
import { RangeList } from './ranges.js';

const FRAME = 64;

/** Frames of a level in memory: each begins with its own number. */
class Frames implements FrameSource {
  readonly manifest = { backup: 'none' } as unknown as Manifest;
  readonly opened: Buffer[] = [];

  async place(number: number) {
    return { segment: 0, offset: number * FRAME, stored: FRAME, plain: FRAME, number };
  }

  async fetch(_segment: number, start: number, end: number): Promise<AsyncIterable<Buffer>> {
    const numbers = Array.from({ length: (end - start) / FRAME }, (_, i) => start / FRAME + i);
    return (async function* () {
      for (const number of numbers) {
        const bytes = Buffer.alloc(FRAME);
        bytes.writeUInt32LE(number);
        yield bytes;
      }
    })();
  }

  async open(_row: object, stored: Buffer): Promise<Buffer> {
    const plain = Buffer.allocUnsafeSlow(FRAME);
    stored.copy(plain);
    this.opened.push(plain);
    return plain;
  }
}

const visit = (frame: number): FrameVisit => ({
  ...{ level: 0, frame, slices: [{ start: 0, end: FRAME }], bytes: FRAME },
  span: new RangeList(),
});

/** Reads frames in this order; gives how often one was opened. */
async function opens(frames: Frames, order: readonly number[], kept: number): Promise<number> {
  const visits = (async function* () {
    for (const frame of order) yield visit(frame);
  })();
  const options = { lanes: 2, keptBytes: kept * FRAME, loan: UNTIL_NEXT, sourceOf: () => frames };
  const seen: number[] = [];
  for await (const { outcome } of openVisits(visits, options)) {
    assert.ok('plain' in outcome && outcome.plain.length === FRAME, 'nothing is given back too early');
    seen.push(outcome.plain.readUInt32LE());
  }
  assert.deepEqual(seen, order);
  return frames.opened.length;
}

/** How often one must be opened by somebody who keeps those that were used last. */
function opensOfWhoRemembers(order: readonly number[], kept: number): number {
  const recent: number[] = [];
  let count = 0;
  for (const frame of order) {
    const at = recent.indexOf(frame);
    if (at >= 0) recent.splice(at, 1);
    else count += 1;
    recent.push(frame);
    if (recent.length > kept) recent.shift();
  }
  return count;
}

describe('frames that a stream comes back to', () => {
  it('are opened no more often than by who remembers the last ones, and all are given back', async () => {
    const orders = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 1, max: 6 }), async (order, kept) => {
        const frames = new Frames();
        const count = await opens(frames, order, kept);
        assert.ok(count <= opensOfWhoRemembers(order, kept), `${count}`);
        assert.ok(frames.opened.every(({ length }) => length === 0));
      }),
    );
  });

  it('are kept for the visits that are known, not for those that were', async () => {
    // One that every other visit needs, and a parade of others that never come again.
    const order = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0 : 1 + (i >> 1)));
    assert.equal(await opens(new Frames(), order, 1), 101);
  });

  it('are opened again when they come back later than anybody foresees', async () => {
    const parade = Array.from({ length: 1100 }, (_, i) => 1 + i);
    assert.equal(await opens(new Frames(), [0, ...parade, 0], 1), 1102);
  });

  it('are none when nothing may be kept', async () => {
    assert.equal(await opens(new Frames(), [3, 3, 4, 3], 0), 4);
  });
});
