import assert from 'node:assert/strict';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { isFailure } from '#kernel';
import { withTemporaryDirectory } from '#test/support';
import { emptySnapshotDirectory, rewriteSnapshot, SnapshotReader, snapshotHead } from './snapshot-file.js';

interface Directory {
  readonly numbers: readonly bigint[];
  readonly name: Buffer;
  /** Codes and names. */
  readonly listed: readonly Buffer[];
}

describe('a snapshot file of GNU tar', () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 40 })
    .map((bytes) => Buffer.from(bytes.map((byte) => byte || 1)));
  const listed = fc
    .tuple(fc.constantFrom('Y', 'N', 'D'), name)
    .map(([code, of]) => Buffer.concat([Buffer.from(code), of]));
  const directory: fc.Arbitrary<Directory> = fc.record({
    numbers: fc.array(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 63n }), { minLength: 5, maxLength: 5 }),
    name,
    listed: fc.array(listed, { maxLength: 5 }),
  });
  const time = fc.bigInt({ min: 0n, max: 2n ** 62n });
  const directories = fc.array(directory, { maxLength: 6 });

  it('is shown, in any pieces, as it was written', () => {
    fc.assert(
      fc.property(time, directories, fc.integer({ min: 1, max: 50 }), (timeNs, all, size) => {
        const shown: string[] = [];
        const bytes = fileOf(timeNs, all);
        const kept = passed(bytes, size, {
          head: (read) => (shown.push(String(read)), read),
          directory: ({ name, inode }) => shown.push(`${name.toString('hex')} ${inode}`) > 0,
          name: (data, start, end) => shown.push(data.toString('hex', start, end)) > 0,
        });
        const expected = all.flatMap(({ name, numbers, listed }) => [
          `${name.toString('hex')} ${numbers[4]}`,
          ...listed.map((one) => one.toString('hex')),
        ]);
        assert.deepEqual(shown, [String(timeNs), ...expected]);
        assert.deepEqual(kept, bytes);
      }),
    );
  });

  it('keeps, in any pieces, just what is to stay', () => {
    const stays = (bytes: Uint8Array) => (bytes[bytes.length - 1] as number) % 2 === 0;
    fc.assert(
      fc.property(time, time, directories, fc.integer({ min: 1, max: 50 }), (old, timeNs, all, size) => {
        const kept = passed(fileOf(old, all), size, {
          head: () => timeNs,
          directory: ({ name }) => stays(name),
          name: (data, start, end) => stays(data.subarray(start, end)),
        });
        const expected = all
          .filter(({ name }) => stays(name))
          .map((one) => ({ ...one, listed: one.listed.filter(stays) }));
        assert.deepEqual(kept, fileOf(timeNs, expected));
      }),
    );
  });

  it('is written anew, directory by directory', async () => {
    await withTemporaryDirectory(async (temporary) => {
      const all = Array.from({ length: 3000 }, (_, n) => ({
        numbers: [0n, 1n, 2n, 3n, BigInt(n)],
        name: Buffer.from(`./${n}`),
        listed: ['Ya', 'Nb', 'Dc'].map((one) => Buffer.from(one)),
      }));
      const path = join(temporary, 'snapshot');
      const file = await open(path, 'w');
      const bytes = fileOf(5n, all);
      const pieces = [bytes.subarray(0, 70_000), bytes.subarray(70_000)];
      const odd = ({ inode }: { inode: string }) => Number(inode) % 2 === 1;
      await rewriteSnapshot(piecewise(pieces), file, { directory: odd, name: () => true });
      await file.close();
      const expected = all.filter(({ numbers }) => odd({ inode: String(numbers[4]) }));
      assert.deepEqual(await readFile(path), fileOf(5n, expected));
    });
  });

  it('is refused wherever it breaks off', () => {
    fc.assert(
      fc.property(time, directories, fc.nat(), (timeNs, all, place) => {
        const bytes = fileOf(timeNs, all);
        const borders = new Set<number>([0]);
        for (let n = 0; n <= all.length; n += 1) borders.add(fileOf(timeNs, all.slice(0, n)).length);
        const end = place % bytes.length;
        // Between two directories it is a whole file, of fewer directories.
        fc.pre(end === 0 || !borders.has(end));
        assert.throws(() => passed(bytes.subarray(0, end), 64, KEEP), isMalformed);
      }),
    );
  });

  for (const [why, text] of [
    ['is empty', ''],
    ['is of an older format', 'GNU tar-1.14-1\n1\n'],
    ['is something else', 'x'.repeat(200)],
    ['has no number where one must be', 'GNU tar-1.34-2\n1\x002\x000\x00x\x000\x000\x000\x00.\x00\x00\x00'],
    [
      'has a number without end',
      `GNU tar-1.34-2\n1\x002\x000\x00${'1'.repeat(60)}\x000\x000\x000\x00.\x00\x00\x00`,
    ],
    ['has a directory without a name', 'GNU tar-1.34-2\n1\x002\x000\x000\x000\x000\x000\x00\x00\x00\x00'],
    ['has an unknown code', 'GNU tar-1.34-2\n1\x002\x000\x001\x000\x000\x000\x00.\x00Qa\x00\x00\x00'],
    ['has a code without a name', 'GNU tar-1.34-2\n1\x002\x000\x001\x000\x000\x000\x00.\x00Y\x00\x00\x00'],
    ['has no end of names', 'GNU tar-1.34-2\n1\x002\x000\x001\x000\x000\x000\x00.\x00\x00a\x00'],
    [
      'has a name that is too long',
      `GNU tar-1.34-2\n1\x002\x000\x001\x000\x000\x000\x00.\x00Y${'y'.repeat(1 << 17)}`,
    ],
  ] as const) {
    it(`is refused when it ${why}`, () => {
      assert.throws(() => passed(Buffer.from(text), 64, KEEP), isMalformed);
    });
  }

  const KEEP = { directory: () => true, name: () => true };

  function fileOf(timeNs: bigint, all: readonly Directory[]): Buffer {
    const NUL = Buffer.of(0);
    return Buffer.concat([
      snapshotHead(timeNs),
      ...all.flatMap(({ numbers, name, listed }) => [
        emptySnapshotDirectory(numbers, name).subarray(0, -2),
        ...listed.flatMap((one) => [one, NUL]),
        NUL,
        NUL,
      ]),
    ]);
  }

  /** What stays when it is read in pieces of `size` bytes, each overwritten when it was read. */
  function passed(
    bytes: Buffer,
    size: number,
    visitor: ConstructorParameters<typeof SnapshotReader>[0],
  ): Buffer {
    const reader = new SnapshotReader(visitor);
    const kept: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      const piece = Buffer.from(bytes.subarray(at, at + size));
      kept.push(Buffer.concat(reader.push(piece)));
      piece.fill('Q');
    }
    reader.finish();
    return Buffer.concat(kept);
  }

  async function* piecewise(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
    for (const piece of pieces) yield await Promise.resolve(piece);
  }

  function isMalformed(error: unknown): boolean {
    return isFailure(error, 'engine.state-malformed');
  }
});
