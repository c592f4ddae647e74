import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip, createZstdCompress, zstdCompressSync } from 'node:zlib';
import { describe, it } from 'mocha';
import { openCodec, type CodecName } from '#codecs';
import { findProgram, runToEnd, systemCommands } from '#host';
import { isFailure } from '#kernel';

const MIB = 1 << 20;
const BOMB_MIB = 96;
const PLAIN_LENGTH = MIB;

/** Packed by something that does not say beforehand how much there is. */
const bombs: Readonly<Record<Exclude<CodecName, 'none'>, () => Promise<Buffer>>> = {
  zstd: () => buffer(zeros().pipe(createZstdCompress())),
  gzip: async () => {
    const packed = await buffer(zeros().pipe(createGzip({ level: 1 })));
    // It lies about its length where that can be seen.
    packed.writeUInt32LE(PLAIN_LENGTH, packed.length - 4);
    return packed;
  },
  bzip2: async () =>
    (await runToEnd(systemCommands, { program: 'bzip2', args: ['-1'] }, { input: zeros() })).stdout,
  xz: async () =>
    (await runToEnd(systemCommands, { program: 'xz', args: ['-0'] }, { input: zeros() })).stdout,
};

describe('a bomb', () => {
  for (const name of ['zstd', 'gzip', 'bzip2', 'xz'] as const) {
    it(`of ${name} is refused before it fills the memory`, async function () {
      if ((name === 'bzip2' || name === 'xz') && !findProgram(name)) return this.skip();
      const bomb = await bombs[name]();
      const codec = await openCodec(name, { lanes: 1, commands: systemCommands });
      const memory = process.memoryUsage.rss();
      await assert.rejects(codec.decompress(bomb, PLAIN_LENGTH), (error) => isFailure(error, 'codec.failed'));
      assert.ok(process.memoryUsage.rss() - memory < 32 * MIB);
      await codec.close();
    });
  }

  it('that asks for a window of a GiB is refused before it gets one', async () => {
    const codec = await openCodec('zstd', { lanes: 1, commands: systemCommands });
    const [magic, contentOf] = [
      Buffer.from('28b52ffd', 'hex'),
      zstdCompressSync(Buffer.alloc(9)).subarray(-4),
    ];
    const frame = Buffer.concat([
      magic,
      Buffer.of(0x00, 20 << 3),
      Buffer.of(0x4b, 0, 0),
      contentOf.subarray(-1),
    ]);
    const refusal = (error: unknown) =>
      isFailure(error, 'codec.failed') && error.message.includes('window of 1073741824 bytes');
    await assert.rejects(codec.decompress(frame, 9), refusal);
    await codec.close();
  });
});

function zeros(): Readable {
  return Readable.from(Array.from({ length: BOMB_MIB }, () => Buffer.alloc(MIB)));
}
