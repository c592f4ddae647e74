import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { meter, meterOf } from '#codecs';
import { isFailure } from '#kernel';

describe('a meter', () => {
  it('counts and hashes what passes, and lets it pass as it is', async () => {
    const law = fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), async (pieces) => {
      const metered = meterOf(given(pieces));
      const passed: Buffer[] = [];
      for await (const piece of metered.bytes) passed.push(piece);
      const all = Buffer.concat(pieces);
      assert.ok(Buffer.concat(passed).equals(all));
      assert.deepEqual(metered.result(), {
        size: all.length,
        sha256: createHash('sha256').update(all).digest('hex'),
      });
      assert.deepEqual(metered.result(), metered.result());
    });
    await fc.assert(law);
  });

  it('has no result before the end', async () => {
    const metered = meterOf(given([Buffer.from('a'), Buffer.from('b')]));
    for await (const piece of metered.bytes) {
      assert.ok(piece);
      break;
    }
    assert.throws(
      () => metered.result(),
      (error) => isFailure(error, 'internal.unexpected'),
    );
  });

  it('gives back its source when it is left early, and fails as the source does', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Buffer> {
      try {
        yield Buffer.from('a');
        throw new Error('broken source');
      } finally {
        closed = true;
      }
    }
    for await (const piece of meterOf(source()).bytes) if (piece) break;
    assert.ok(closed);
    await assert.rejects(async () => {
      for await (const piece of meterOf(source()).bytes) assert.ok(piece);
    }, /broken source/);
  });

  it('tells in the middle what has passed so far', () => {
    const measuring = meter();
    measuring.add(Buffer.from('ab'));
    assert.equal(measuring.result().size, 2);
    measuring.add(Buffer.from('c'));
    assert.deepEqual(measuring.result(), {
      size: 3,
      sha256: createHash('sha256').update('abc').digest('hex'),
    });
  });
});

async function* given(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
