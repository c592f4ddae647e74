import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { openCodec, type CodecName } from '#codecs';
import { runToEnd, systemCommands } from '#host';
import { plainBytes } from './testing/plain-bytes.js';

const SLAB_BYTES = 256 << 10;

describe('a codec on the thread pool', () => {
  for (const name of ['zstd', 'gzip'] as const) {
    it(`ends what it packs with ${name} where it ends, also when that fills the memory to the last byte`, async () => {
      const plain = await plainPackedTo(SLAB_BYTES / 8, name);
      const codec = await openCodec(name, { lanes: 1, commands: systemCommands });
      for (let i = 0; i < 20; i += 1) {
        const packed = await codec.compress(plain);
        assert.equal(packed?.length, SLAB_BYTES / 8);
        assert.ok((await codec.decompress(packed, plain.length)).equals(plain));
      }
      await codec.close();
    });
  }

  it('packs hundreds of MiB in little memory', async () => {
    const script = `
      import { openCodec, discard, mapInOrder } from '${import.meta.resolve('#codecs')}';
      import { systemCommands } from '${import.meta.resolve('#host')}';
      import { plainBytes } from '${import.meta.resolve('./testing/plain-bytes.js')}';
      const frames = Array.from({ length: 3 }, (_, i) => plainBytes('patches', 4 << 20, i + 1));
      const codec = await openCodec('zstd', { lanes: 3, commands: systemCommands });
      const before = process.memoryUsage.rss();
      async function* source() { for (let i = 0; i < 90; i += 1) yield frames[i % 3]; }
      for await (const packed of mapInOrder(source(), 3, (plain) => codec.compress(plain))) discard(packed);
      process.stdout.write(String(process.resourceUsage().maxRSS * 1024 - before));
    `;
    const call = { program: process.execPath, args: ['--input-type=module', '-e', script] };
    const peaks: number[] = [];
    // Now and then a collection comes late on a busy machine; what is not given back stays away every time.
    for (let run = 0; run < 3; run += 1) {
      const { stdout, stderr } = await runToEnd(systemCommands, call);
      assert.equal(stderr, '');
      peaks.push(Number(stdout) / 2 ** 20);
    }
    // The compressors, and the results that are there at a time; 190 MiB have passed.
    assert.ok(Math.min(...peaks) < 48, `${peaks.join(', ')} MiB`);
  });
});

/** Bytes that are packed to this length exactly: noise stays as long as it is, and zeros come to next to nothing. */
async function plainPackedTo(length: number, name: CodecName): Promise<Buffer> {
  const codec = await openCodec(name, { lanes: 1, commands: systemCommands });
  for (let noise = length - 200; noise < length; noise += 1) {
    const plain = Buffer.concat([Buffer.alloc(5000), plainBytes('noise', noise)]);
    if ((await codec.compress(plain))?.length !== length) continue;
    await codec.close();
    return plain;
  }
  throw new Error(`found nothing that ${name} packs to ${length} bytes`);
}
