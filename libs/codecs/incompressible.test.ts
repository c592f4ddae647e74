import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isIncompressible, openCodec, skippingCodec, type Codec } from '#codecs';
import { systemCommands } from '#host';
import { plainBytes } from './testing/plain-bytes.js';

const FRAME = 4 << 20;

describe('incompressible bytes', () => {
  const noise = plainBytes('noise', FRAME);
  const withText = (share: number) =>
    Buffer.concat([plainBytes('text', FRAME * share), noise.subarray(FRAME * share)]);

  const cases = [
    { why: 'noise', plain: noise, is: true },
    { why: 'noise behind a header', plain: Buffer.concat([plainBytes('text', 512), noise]), is: true },
    { why: 'a tenth of text', plain: withText(0.1), is: false },
    { why: 'text', plain: plainBytes('text', FRAME), is: false },
    { why: 'zeros', plain: Buffer.alloc(FRAME), is: false },
    { why: 'noise with zeros in between', plain: plainBytes('patches', FRAME), is: false },
    { why: 'too short for a judgement', plain: noise.subarray(0, 1000), is: false },
    { why: 'nothing', plain: Buffer.alloc(0), is: false },
  ];
  for (const { why, plain, is } of cases) {
    it(`are ${is ? '' : 'not '}found in ${why}`, () => assert.equal(isIncompressible(plain), is));
  }

  it('are found in what was compressed before', async () => {
    const codec = await openCodec('gzip', { lanes: 1, commands: systemCommands });
    const packed = await codec.compress(plainBytes('text', FRAME));
    assert.ok(packed && isIncompressible(packed));
    await codec.close();
  });

  it('are not even tried by a skipping codec, which does all else like the codec it has', async () => {
    const diary: string[] = [];
    const codec: Codec = {
      name: 'xz',
      compress: async (plain) => Buffer.from(`${diary.push('compress')} ${plain.length}`),
      decompress: async (packed, length) =>
        Buffer.from(`${diary.push('decompress')} ${packed.length} ${length}`),
      close: async () => void diary.push('close'),
    };
    const skipping = skippingCodec(codec);
    assert.equal(skipping.name, 'xz');
    assert.equal(await skipping.compress(noise), undefined);
    assert.deepEqual(diary, []);
    assert.equal((await skipping.compress(Buffer.alloc(FRAME)))?.toString(), `1 ${FRAME}`);
    assert.equal((await skipping.decompress(Buffer.alloc(5), 7)).toString(), '2 5 7');
    await skipping.close();
    assert.deepEqual(diary, ['compress', 'decompress', 'close']);
  });
});
