import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CODEC_NAMES, codecLevels, openCodec } from '#codecs';
import { findProgram, systemCommands } from '#host';
import { scriptedCommands } from '#host/testing';
import { isFailure } from '#kernel';
import { plainBytes } from './testing/plain-bytes.js';

const commands = systemCommands;

describe('opening a codec', () => {
  it('names the nearest codec when there is none of that name', async () => {
    const named = (error: unknown) =>
      isFailure(error, 'codec.unknown') && /"zsdt" \(did you mean "zstd"\?\)/.test(error.message);
    await assert.rejects(openCodec('zsdt', { lanes: 1, commands }), named);
    await assert.rejects(openCodec('toString', { lanes: 1, commands }), (error) =>
      isFailure(error, 'codec.unknown'),
    );
  });

  for (const name of CODEC_NAMES) {
    it(`takes every level of ${name}, and names the range for others`, async function () {
      if (['bzip2', 'xz'].includes(name) && !findProgram(name)) return this.skip();
      const { min, max } = codecLevels[name];
      const plain = plainBytes('text', 10_000);
      for (const level of [min, max]) {
        const codec = await openCodec(name, { level, lanes: 1, commands });
        const packed = await codec.compress(plain);
        if (packed) assert.ok((await codec.decompress(packed, plain.length)).equals(plain));
        else assert.equal(name, 'none');
        await codec.close();
      }
      for (const level of [min - 1, max + 1, min + 0.5, NaN]) {
        const refused = (error: unknown) =>
          isFailure(error, 'codec.level-invalid') && error.message.includes(name);
        await assert.rejects(openCodec(name, { level, lanes: 1, commands }), refused);
      }
    });
  }

  it('tries harder at a higher level', async () => {
    const plain = plainBytes('text', 1 << 20);
    for (const name of ['zstd', 'gzip'] as const) {
      const sizes = [];
      for (const level of [1, 9]) {
        const codec = await openCodec(name, { level, lanes: 1, commands });
        sizes.push((await codec.compress(plain))?.length ?? plain.length);
        await codec.close();
      }
      assert.ok(sizes[1]! < sizes[0]!, `${name}: ${sizes.join(', ')}`);
    }
  });

  for (const [name, debianPackage] of [
    ['xz', 'xz-utils'],
    ['bzip2', 'bzip2'],
  ] as const) {
    it(`says which package has ${name} when it is missing`, async () => {
      const told = (error: unknown) =>
        isFailure(error, 'codec.program-missing') &&
        error.message.includes(`"${name}"`) &&
        error.message.includes(`package ${debianPackage}`);
      await assert.rejects(openCodec(name, { lanes: 1, commands: scriptedCommands({}) }), told);
    });
  }

  it('lets xz keep no bigger dictionary than there is to pack', async () => {
    const machine = scriptedCommands({ xz: { stdout: '' } });
    const codec = await openCodec('xz', { level: 9, lanes: 1, commands: machine });
    await codec.compress(Buffer.alloc(4 << 20));
    assert.match(machine.diary.at(-1) ?? '', /preset=9,dict=4194304$/);
  });
});

describe('a codec that is a program', () => {
  it('tells what the program said when it fails to pack', async () => {
    const machine = scriptedCommands({ 'xz --version': {}, xz: { stderr: 'xz: out of memory\n', code: 1 } });
    const codec = await openCodec('xz', { lanes: 1, commands: machine });
    const told = (error: unknown) =>
      isFailure(error, 'command.failed') && error.message.includes('out of memory');
    await assert.rejects(codec.compress(Buffer.alloc(100)), told);
  });

  it('stops the program when it is called off', async () => {
    const machine = scriptedCommands({ 'xz --version': {}, xz: { hangs: true } });
    const codec = await openCodec('xz', { lanes: 1, commands: machine });
    const controller = new AbortController();
    const reason = new Error('enough');
    const packing = codec.compress(Buffer.alloc(100), controller.signal);
    setImmediate(() => controller.abort(reason));
    await assert.rejects(packing, (error) => error === reason);
    assert.equal(machine.diary.at(-1), 'stop xz');
    await codec.close();
  });
});
