import assert from 'node:assert/strict';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { CODEC_NAMES, openCodec, type Codec, type CodecName } from '#codecs';
import { findProgram, runToEnd, systemCommands } from '#host';
import { isFailure } from '#kernel';
import { anyPlainBytes, plainBytes } from './testing/plain-bytes.js';

/** Processes are slow to start, and xz is slow. */
const RUNS: Readonly<Record<CodecName, number>> = { none: 20, zstd: 60, gzip: 20, bzip2: 8, xz: 8 };
const SIZES: Readonly<Record<CodecName, number>> = {
  none: 5 << 20,
  zstd: 5 << 20,
  gzip: 5 << 20,
  bzip2: 1 << 20,
  xz: 1 << 20,
};
const refused = (error: unknown) => isFailure(error, 'codec.failed');

for (const name of CODEC_NAMES) {
  describe(`the codec ${name}`, () => {
    let codec: Codec;
    before(async function () {
      if ((name === 'bzip2' || name === 'xz') && !findProgram(name)) return this.skip();
      codec = await openCodec(name, { lanes: 3, commands: systemCommands });
    });
    after(() => codec?.close());

    /** As a frame is stored and read again. */
    async function packed(plain: Buffer): Promise<Buffer> {
      const result = await codec.compress(plain);
      assert.ok(result, 'this should have become smaller');
      return result;
    }

    it('gives back every buffer that it packed, and packs none that would not get smaller', async () => {
      const law = fc.asyncProperty(anyPlainBytes(SIZES[name]), async (plain) => {
        const result = await codec.compress(plain);
        if (!result) return;
        assert.ok(result.length < plain.length);
        assert.ok((await codec.decompress(result, plain.length)).equals(plain));
      });
      await fc.assert(law, { numRuns: RUNS[name] });
      assert.equal(await codec.compress(plainBytes('noise', 100_000)), undefined);
      assert.equal(await codec.compress(Buffer.alloc(0)), undefined);
    });

    if (name === 'none') {
      it('packs nothing, and gives back what it is given', async () => {
        assert.equal(await codec.compress(plainBytes('text', 1000)), undefined);
        assert.deepEqual(await codec.decompress(Buffer.from('abc'), 3), Buffer.from('abc'));
        await assert.rejects(codec.decompress(Buffer.from('abc'), 4), refused);
      });
      return;
    }

    it('gives back five MiB', async () => {
      const plain = Buffer.concat([plainBytes('patches', 1 << 20), Buffer.alloc(4 << 20)]);
      assert.ok((await codec.decompress(await packed(plain), plain.length)).equals(plain));
    });

    it('packs many buffers at once, each by itself, to be unpacked in any order', async () => {
      const plains = Array.from({ length: 12 }, (_, i) =>
        plainBytes(i % 2 ? 'patches' : 'text', 9000 * (12 - i), i + 1),
      );
      const results = await Promise.all(plains.map(packed));
      const again = await Promise.all(
        results.map((r, i) => codec.decompress(r, plains[i]!.length)).reverse(),
      );
      again.reverse().forEach((plain, i) => assert.ok(plain.equals(plains[i]!)));
    });

    it('gives back memory of its own, no bigger than it needs', async () => {
      const plain = plainBytes('patches', 100_000);
      const result = await packed(plain);
      assert.ok(result.buffer.byteLength - result.length <= 64);
      const again = await codec.decompress(result, plain.length);
      assert.ok(again.buffer.byteLength - again.length <= 64);
    });

    it('refuses another length than the right one', async () => {
      const plain = plainBytes('text', 20_000);
      const result = await packed(plain);
      for (const length of [0, 1, 19_999, 20_001, 40_000])
        await assert.rejects(codec.decompress(result, length), refused);
    });

    it('refuses what is cut off, wherever', async () => {
      const result = await packed(plainBytes('text', 3000));
      const cuts = [0, 1, 4, 5, 9, 12, 20, ...Array.from({ length: 12 }, (_, i) => result.length - 1 - i)];
      await Promise.all(
        cuts.map((cut) => assert.rejects(codec.decompress(result.subarray(0, cut), 3000), refused)),
      );
    });

    it('refuses whatever follows the end', async () => {
      const result = await packed(plainBytes('text', 3000));
      const more = [Buffer.of(0), Buffer.of(7), Buffer.alloc(4), Buffer.from('garbage at the end'), result];
      for (const rest of more)
        await assert.rejects(codec.decompress(Buffer.concat([result, rest]), 3000), refused);
    });

    it('refuses garbage', async () => {
      const garbage = plainBytes('noise', 2000);
      await assert.rejects(codec.decompress(garbage, 2000), refused);
      const begun = (await packed(plainBytes('text', 3000))).subarray(0, 12);
      await assert.rejects(codec.decompress(Buffer.concat([begun, garbage]), 3000), refused);
    });

    it('goes on after a refusal', async () => {
      const plain = plainBytes('text', 5000);
      const result = await packed(plain);
      for (let i = 0; i < 6; i += 1)
        await assert.rejects(codec.decompress(result.subarray(2), 5000), refused);
      assert.ok((await codec.decompress(result, 5000)).equals(plain));
    });

    it('does nothing for a signal that was aborted before', async () => {
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      await assert.rejects(codec.compress(plainBytes('text', 100), signal), (error) => error === reason);
      await assert.rejects(codec.decompress(Buffer.alloc(9), 100, signal), (error) => error === reason);
    });

    it('writes what the program of its name reads', async function () {
      if (!findProgram(name)) return this.skip();
      const plain = plainBytes('patches', 1 << 20);
      const call = { program: name, args: ['-d', '-c'] };
      const { exit, stdout } = await runToEnd(systemCommands, call, {
        input: await packed(plain),
        maxOutputBytes: 2 << 20,
      });
      assert.equal(exit.code, 0);
      assert.ok(stdout.equals(plain));
    });

    it('reads what the program of its name writes', async function () {
      if (!findProgram(name)) return this.skip();
      const plain = plainBytes('patches', 1 << 20);
      const { stdout } = await runToEnd(
        systemCommands,
        { program: name, args: ['-c'] },
        { input: plain, maxOutputBytes: 2 << 20 },
      );
      assert.ok((await codec.decompress(stdout, plain.length)).equals(plain));
    });

    it('waits at its close for what is in work, and does nothing more', async () => {
      const closing = await openCodec(name, { lanes: 1, commands: systemCommands });
      const plain = plainBytes('text', 200_000);
      const running = closing.compress(plain);
      const waiting = assert.rejects(closing.compress(plain), (error) => isFailure(error, 'run.cancelled'));
      await closing.close();
      assert.ok(await running);
      await waiting;
      await assert.rejects(closing.compress(plain), (error) => isFailure(error, 'run.cancelled'));
      await closing.close();
    });
  });
}
