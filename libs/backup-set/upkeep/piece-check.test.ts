import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Failure } from '#kernel';
import { DIGEST_BYTES, type KnownPiece } from '#pieces';
import { collected, failsWith, testBytes } from '#storage/testing';
import { verifyStream, type BackupReader, type ListedBackup } from '#backup-set';
import type { Manifest } from '../manifest.js';
import { Bench } from '../testing/bench.js';
import { around } from '../testing/edited-file.js';
import { PieceCheck } from './piece-check.js';

const manifest = { backup: '20261121T020000Z-00000000' } as unknown as Manifest;

function pieceOf(frame: number, bytes: Buffer, start: number, length: number): KnownPiece {
  const digest = hash('sha256', bytes.subarray(start, start + length), 'buffer').subarray(0, DIGEST_BYTES);
  return { level: 0, frame, start, length, digest };
}

/** Two pieces in each frame but the second, which has none. */
const FRAMES = [0, 1, 2, 3].map((seed) => testBytes(1000, seed));
const PIECES = [0, 2, 3].flatMap((frame) => {
  const bytes = FRAMES[frame] as Buffer;
  return [pieceOf(frame, bytes, 0, 400), pieceOf(frame, bytes, 400, 600)];
});

async function* batches(size: number, failure?: Failure): AsyncGenerator<KnownPiece[]> {
  for (let at = 0; at < PIECES.length; at += size) yield PIECES.slice(at, at + size);
  if (failure) throw failure;
}

async function check(pieces: PieceCheck, order: readonly number[], frames = FRAMES): Promise<void> {
  for (const frame of order) await pieces.frame(frame, frames[frame] as Buffer);
}

const flipped = (frame: number, byte: number) =>
  FRAMES.map((bytes, i) => {
    const copy = Buffer.from(bytes);
    if (i === frame) copy[byte] = (copy[byte] ?? 0) ^ 1;
    return copy;
  });

describe('pieces beside their digests', () => {
  for (const size of [1, 2, 3, 6])
    it(`are whole when they are, in batches of ${size}`, async () => {
      const pieces = new PieceCheck(batches(size), manifest);
      await check(pieces, [0, 1, 2, 0, 3, 2]);
      await pieces.finish();
    });

  for (const [frame, byte] of [
    [0, 0],
    [0, 999],
    [2, 399],
    [3, 400],
  ] as const)
    it(`are damaged by one bit, in byte ${byte} of frame ${frame}`, async () => {
      const pieces = new PieceCheck(batches(2), manifest);
      const failure = await failsWith('verify.failed', () =>
        check(pieces, [0, 1, 2, 3], flipped(frame, byte)),
      );
      assert.equal(failure.context['frame'], frame);
    });

  it('are looked at whatever the order of their frames', async () => {
    await check(new PieceCheck(batches(1), manifest), [3, 0, 2]);
    const pieces = new PieceCheck(batches(1), manifest);
    await failsWith('verify.failed', () => check(pieces, [3, 0, 2], flipped(2, 7)));
  });

  it('are looked at once', async () => {
    const pieces = new PieceCheck(batches(2), manifest);
    await check(pieces, [0, 1, 2]);
    await check(pieces, [2, 0], flipped(2, 7));
  });

  it('are refused when they lie beyond the end of their frame', async () => {
    const pieces = new PieceCheck(batches(2), manifest);
    const failure = await failsWith('verify.failed', () => pieces.frame(0, FRAMES[0]!.subarray(0, 999)));
    assert.equal(failure.context['start'], 400);
  });

  it('that are listed no further are told at the end, when the rest has been read', async () => {
    const failure = new Failure('state.damaged', 'no list');
    const pieces = new PieceCheck(batches(2, failure), manifest);
    await check(pieces, [0, 1, 2, 3]);
    await assert.rejects(pieces.finish(), failure);
  });

  for (const [what, order] of [
    ['lie in a frame that the stream left out', [0, 1, 3]],
    ['lie behind all that the stream has', [0, 1, 2]],
  ] as const)
    it(`are told when they ${what}`, async () => {
      const pieces = new PieceCheck(batches(2), manifest);
      await check(pieces, order);
      await failsWith('verify.failed', () => pieces.finish());
    });

  it('do not hide that the storage is away', async () => {
    const away = new Failure('storage.unavailable', 'away');
    await failsWith('storage.unavailable', () =>
      check(new PieceCheck(batches(6, away), manifest), [0, 1, 2, 3]),
    );
  });
});

describe('verifying a stream that was cut by its content', () => {
  let bench: Bench;
  let listed: ListedBackup;
  const stream = around(testBytes(600_000, 5));
  beforeEach(async () => {
    bench = await Bench.make({ encrypted: true });
    listed = await bench.backup(stream, { framing: 'content-defined' });
  });
  afterEach(() => bench.close());

  /** By an engine that finds in it what was put into it. */
  const verified = (reader: BackupReader) =>
    collected(
      verifyStream(reader, async function* (bytes) {
        for await (const piece of bytes) yield { bytes: piece, entries: [] };
        yield { bytes: new Uint8Array(), entries: stream.entries };
      }),
    );

  it('finds nothing when it is whole', async () => {
    await verified(bench.reader(listed));
  });

  // As when memory lost a bit between the digest and the seal: everything that is stored is then as it was meant to be.
  it('finds a piece that is not what its digest says, though every seal is whole', async () => {
    const reader = bench.reader(listed);
    const honest = await collected(reader.pieces());
    const last = honest.at(-1)?.at(-1);
    assert.ok(last);
    last.digest.writeUInt8(last.digest.readUInt8(3) ^ 4, 3);
    reader.pieces = async function* () {
      yield* honest;
    };
    const failure = await failsWith('verify.failed', () => verified(reader));
    assert.match(failure.message, new RegExp(`from byte ${last.start} of frame ${last.frame} `));
  });
});
