import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { testBytes } from '#storage/testing';
import { evenPieces } from './even-pieces.js';

describe('even pieces', () => {
  it('are the same bytes, end at multiples of 4 KiB, and outlive nothing that was lent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(10_000), { maxLength: 8 }), async (sizes) => {
        const bytes = testBytes(sizes.reduce((sum, size) => sum + size, 0));
        const seen: Buffer[] = [];
        let at = 0;
        for await (const piece of evenPieces(lent(bytes, sizes))) {
          seen.push(Buffer.from(piece));
          at += piece.length;
          assert.ok(at % 4096 === 0 || at === bytes.length);
        }
        assert.ok(Buffer.concat(seen).equals(bytes));
      }),
    );
  });
});

async function* lent(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    const piece = Buffer.from(bytes.subarray(at, at + size));
    yield piece;
    piece.fill(0);
    at += size;
  }
}
