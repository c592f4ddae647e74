import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { isFailure } from '#kernel';
import { readSnapshot, snapshotBytes, type SnapshotPiece } from './snapshot-file.js';

describe('a snapshot file of GNU tar', () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 40 })
    .map((bytes) => Buffer.from(bytes.map((byte) => byte || 1)));
  const number = fc.bigInt({ min: 0n, max: 2n ** 63n }).map((value) => Buffer.from(String(value)));
  const directory = fc.record({
    fields: fc.array(number, { minLength: 5, maxLength: 5 }),
    name,
    listed: fc.array(fc.tuple(fc.constantFrom('Y', 'N', 'D'), name), { maxLength: 5 }),
  });
  const file = fc
    .tuple(fc.bigInt({ min: 0n, max: 2n ** 62n }), fc.array(directory, { maxLength: 6 }))
    .map(([timeNs, directories]): SnapshotPiece[] => [
      { kind: 'head', writer: Buffer.from('GNU tar-1.35-2'), timeNs },
      ...directories.flatMap(({ fields, name, listed }): SnapshotPiece[] => [
        { kind: 'directory', name, inode: String(fields[4]), fields },
        ...listed.map(([code, of]) => ({
          kind: 'name' as const,
          listed: Buffer.concat([Buffer.from(code), of]),
        })),
        { kind: 'end' },
      ]),
    ]);

  it('reads, in any pieces, what was written', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 1, max: 50 }), async (pieces, size) => {
        assert.deepEqual(await read(Buffer.concat(pieces.map(snapshotBytes)), size), pieces);
      }),
    );
  });

  it('is refused wherever it breaks off', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.nat(), async (pieces, place) => {
        const bytes = Buffer.concat(pieces.map(snapshotBytes));
        const borders = new Set<number>([0]);
        let border = 0;
        for (const piece of pieces) {
          border += snapshotBytes(piece).length;
          if (piece.kind === 'head' || piece.kind === 'end') borders.add(border);
        }
        const end = place % bytes.length;
        // Between two directories it is a whole file, of fewer directories.
        fc.pre(end === 0 || !borders.has(end));
        await assert.rejects(read(bytes.subarray(0, end), 64), isMalformed);
      }),
    );
  });

  for (const [why, text] of [
    ['is of an older format', 'GNU tar-1.14-1\n1\n'],
    ['has no number where one must be', 'GNU tar-1.34-2\n1\x002\x000\x00x\x000\x000\x000\x00.\x00\x00\x00'],
    ['has an unknown code', 'GNU tar-1.34-2\n1\x002\x000\x001\x000\x000\x000\x00.\x00Qa\x00\x00\x00'],
    ['has no end of names', 'GNU tar-1.34-2\n1\x002\x000\x001\x000\x000\x000\x00.\x00\x00a\x00'],
  ] as const) {
    it(`is refused when it ${why}`, async () => {
      await assert.rejects(read(Buffer.from(text), 64), isMalformed);
    });
  }

  async function read(bytes: Buffer, size: number): Promise<SnapshotPiece[]> {
    const cut: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) cut.push(bytes.subarray(at, at + size));
    const pieces: SnapshotPiece[] = [];
    for await (const group of readSnapshot(Readable.from(cut))) pieces.push(...group);
    return pieces;
  }

  function isMalformed(error: unknown): boolean {
    return isFailure(error, 'engine.state-malformed');
  }
});
