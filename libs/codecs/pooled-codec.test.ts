import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { openCodec, type CodecName } from '#codecs';
import { runToEnd, systemCommands } from '#host';
import { plainBytes } from './testing/plain-bytes.js';

const SLAB_BYTES = 256 << 10;
const MIB = 1 << 20;

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
    // Pages of files count for nothing: the system takes those of the program away and brings them back as it likes.
    const script = `
      import { readFileSync } from 'node:fs';
      import { openCodec, discard, mapInOrder } from '${import.meta.resolve('#codecs')}';
      import { systemCommands } from '${import.meta.resolve('#host')}';
      import { plainBytes } from '${import.meta.resolve('./testing/plain-bytes.js')}';
      const anonymous = () => 1024 * Number(/RssAnon:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status'))[1]);
      const buffers = () => process.memoryUsage().arrayBuffers;
      const frames = Array.from({ length: 3 }, (_, i) => plainBytes('patches', 4 << 20, i + 1));
      const codec = await openCodec('zstd', { lanes: 3, commands: systemCommands });
      const before = { anonymous: anonymous(), buffers: buffers() };
      const most = { ...before };
      async function* source() { for (let i = 0; i < 90; i += 1) yield frames[i % 3]; }
      for await (const packed of mapInOrder(source(), 3, (plain) => codec.compress(plain))) {
        most.anonymous = Math.max(most.anonymous, anonymous());
        most.buffers = Math.max(most.buffers, buffers());
        discard(packed);
      }
      const grown = { anonymous: most.anonymous - before.anonymous, buffers: most.buffers - before.buffers };
      process.stdout.write(JSON.stringify(grown));
    `;
    const call = { program: process.execPath, args: ['--input-type=module', '-e', script] };
    const { stdout, stderr } = await runToEnd(systemCommands, call);
    assert.equal(stderr, '');
    const grown = JSON.parse(stdout.toString()) as { anonymous: number; buffers: number };
    // 190 MiB have passed. What is counted as a buffer does not depend on when garbage is collected: all is given back.
    assert.ok(grown.buffers < 16 * MIB, `${grown.buffers / MIB} MiB of buffers`);
    // The compressors, and the results that are there at a time.
    assert.ok(grown.anonymous < 44 * MIB, `${grown.anonymous / MIB} MiB`);
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
