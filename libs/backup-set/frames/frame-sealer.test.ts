import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { CODEC_NAMES } from '#codecs';
import { isFailure, type BackupId, type ContainerId } from '#kernel';
import { containerOf } from '../keys/master-key.js';
import { DataKey, STREAMS, type StreamName } from '../keys/data-key.js';
import { flipped } from '../testing/tampering.js';
import { decodeHeader, encodeHeader, FRAME_OVERHEAD, MAX_PLAIN } from './frame-header.js';
import { FrameSealer } from './frame-sealer.js';

const CONTAINER = '00112233445566778899aabbccddeeff' as ContainerId;
const BACKUP = '20261120T093415Z-4f7a9c21' as BackupId;
const OTHER_BACKUP = '20261120T093415Z-4f7a9c22' as BackupId;
const MASTER = Buffer.alloc(32, 7);

/** A data key whose every byte is known, for goldens. */
const KEY = fixedKey();

const damaged = (error: unknown) => isFailure(error, 'frame.damaged');

for (const [sealing, key] of [
  ['sealed', DataKey.random()],
  ['checksummed', undefined],
] as const) {
  const sealerOf = (stream: StreamName, backup = BACKUP, container = CONTAINER) =>
    new FrameSealer(stream, { container, backup }, key);

  describe(`a ${sealing} frame`, () => {
    it('comes back as it was, for every codec, stream, number and segment', () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...CODEC_NAMES),
          fc.constantFrom(...STREAMS),
          fc.nat({ max: 2 ** 40 }),
          fc.nat({ max: 2 ** 32 - 1 }),
          fc.uint8Array({ minLength: 1, maxLength: 200 }),
          fc.nat(1000),
          (codec, stream, number, segment, body, more) => {
            const plainLength = body.length + more;
            const frame = Buffer.concat([
              ...sealerOf(stream).seal(number, segment, plainLength, codec, body),
            ]);
            assert.equal(frame.length, body.length + FRAME_OVERHEAD);
            const opened = sealerOf(stream).open(frame, number, segment);
            assert.deepEqual(opened.body, Buffer.from(body));
            const bodyLength = body.length;
            assert.deepEqual(opened.header, {
              ...{ stream, number, codec, plainLength, bodyLength },
              sealed: key !== undefined,
            });
          },
        ),
      );
    });

    it('is damaged when any bit of it is another', () => {
      const sealer = sealerOf('data');
      const frame = Buffer.concat([
        ...sealer.seal(3, 1, 100, 'zstd', Buffer.from('some forty bytes of a body, more or less')),
      ]);
      for (let bit = 0; bit < frame.length * 8; bit += 1) {
        assert.throws(() => sealer.open(flipped(frame, bit), 3, 1), damaged, `bit ${bit}`);
      }
    });

    it('is damaged when it is shorter or longer', () => {
      const sealer = sealerOf('data');
      const frame = Buffer.concat([...sealer.seal(0, 0, 100, 'zstd', Buffer.from('a body'))]);
      for (let length = 0; length < frame.length; length += 1) {
        assert.throws(() => sealer.open(frame.subarray(0, length), 0, 0), damaged, `${length} bytes`);
      }
      assert.throws(() => sealer.open(Buffer.concat([frame, Buffer.alloc(1)]), 0, 0), damaged);
      assert.throws(() => sealer.open(Buffer.concat([frame, frame]), 0, 0), damaged);
    });

    it('opens in its own place and in no other', () => {
      const frame = Buffer.concat([...sealerOf('data').seal(5, 2, 10, 'none', Buffer.from('ten bytes.'))]);
      sealerOf('data').open(frame, 5, 2);
      assert.throws(() => sealerOf('data').open(frame, 6, 2), damaged, 'another number');
      assert.throws(() => sealerOf('data').open(frame, 5, 3), damaged, 'another segment');
      assert.throws(() => sealerOf('state').open(frame, 5, 2), damaged, 'another stream');
      assert.throws(() => sealerOf('data', OTHER_BACKUP).open(frame, 5, 2), damaged, 'another backup');
      const other = containerOf(MASTER);
      assert.throws(() => sealerOf('data', BACKUP, other).open(frame, 5, 2), damaged, 'another container');
    });
  });
}

describe('frames', () => {
  const sealed = (key: DataKey | undefined) =>
    new FrameSealer('data', { container: CONTAINER, backup: BACKUP }, key);
  const bytesOf = (key: DataKey | undefined) =>
    Buffer.concat([...sealed(key).seal(1, 2, 26, 'zstd', Buffer.from('twenty-six bytes of a body'))]);

  it('with a checksum are refused where frames are sealed, and the reverse', () => {
    assert.throws(() => sealed(KEY).open(bytesOf(undefined), 1, 2), damaged);
    assert.throws(() => sealed(undefined).open(bytesOf(KEY), 1, 2), damaged);
    // Nor does it help to say that a checksum is a seal.
    const relabelled = bytesOf(undefined);
    relabelled[5] = 1;
    assert.throws(() => sealed(KEY).open(relabelled, 1, 2), damaged);
  });

  it('open with their own key only', () => {
    assert.throws(() => sealed(DataKey.random()).open(bytesOf(KEY), 1, 2), damaged);
  });

  it('of one number have the same nonce in no two streams, since each stream has a key of its own', () => {
    const keys = new Set(STREAMS.map((stream) => KEY.forFrames(stream).toString('hex')));
    assert.equal(keys.size, STREAMS.length);
  });

  it('with lengths that no writer makes are refused before any memory is taken for them', () => {
    const header = (change: (bytes: Buffer) => void) => {
      const bytes = encodeHeader({
        ...{ stream: 'data', number: 0, codec: 'none', sealed: true, plainLength: 10, bodyLength: 10 },
      });
      change(bytes);
      return bytes;
    };
    decodeHeader(header(() => undefined));
    const bad: readonly [string, (bytes: Buffer) => void][] = [
      ['no plaintext', (bytes) => bytes.writeUInt32LE(0, 8)],
      ['too much plaintext', (bytes) => bytes.writeUInt32LE(MAX_PLAIN + 1, 8)],
      ['a body longer than its plaintext', (bytes) => bytes.writeUInt32LE(11, 12)],
      ['a number beyond all numbers', (bytes) => bytes.writeBigUInt64LE(2n ** 60n, 16)],
      ['an unknown codec', (bytes) => bytes.writeUInt8(9, 4)],
      ['an unknown stream', (bytes) => bytes.writeUInt8(0, 6)],
      ['something in the empty byte', (bytes) => bytes.writeUInt8(1, 7)],
    ];
    for (const [why, change] of bad) assert.throws(() => decodeHeader(header(change)), damaged, why);
  });

  // These bytes are the format. They were computed once and hold for ever: backups are made of them.
  it('have just these bytes: sealed', () => {
    assert.equal(
      bytesOf(KEY).toString('hex'),
      '46524e31010101001a0000001a00000001000000000000007ef892d39fb8e068f5406de8c2ccf1ae9fba55dbbc1934abca67e1f5b3694af099f07ab0e0418c835e26',
    );
  });

  it('have just these bytes: checksummed', () => {
    assert.equal(
      bytesOf(undefined).toString('hex'),
      '46524e31010001001a0000001a00000001000000000000007477656e74792d736978206279746573206f66206120626f6479b87b23969537d97dff8a5d6d3f70aafe',
    );
  });
});

/** Unwrapped from what was once wrapped, since a data key is otherwise always random. */
function fixedKey(): DataKey {
  const wrapped = JSON.parse(
    '{"nonce":"AQEBAQEBAQEBAQEB","sealed":"G6CGwlT86QBCEAb/tL52uH9e3MhNKbaiF7eG4fR8u0k=","tag":"3GvjQMOT5ygrY7Bd9jfUrQ=="}',
  ) as { nonce: string; sealed: string; tag: string };
  return DataKey.unwrap(wrapped, MASTER, CONTAINER, BACKUP);
}
