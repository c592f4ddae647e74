import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { checksum, checksumMatches, seal, unseal } from '#codecs';
import { isFailure } from '#kernel';

const bytes = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
const sealing = fc.record({
  plain: bytes(0, 300),
  key: bytes(32, 32),
  nonce: bytes(12, 12),
  associated: bytes(0, 60),
});
const damaged = (error: unknown) => isFailure(error, 'frame.damaged');

describe('a seal', () => {
  it('opens for the same key, nonce and associated data', () => {
    const law = fc.property(sealing, ({ plain, key, nonce, associated }) => {
      const { body, tag } = seal(plain, key, nonce, associated);
      assert.deepEqual([body.length, tag.length], [plain.length, 16]);
      assert.ok(unseal(body, tag, key, nonce, associated).equals(plain));
    });
    fc.assert(law);
  });

  it('is AES-256-GCM as published', () => {
    // Test case 16 of McGrew and Viega, "The Galois/Counter Mode of Operation".
    const hex = (text: string) => Buffer.from(text, 'hex');
    const plain = hex(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    );
    const key = hex('feffe9928665731c6d6a8f9467308308'.repeat(2));
    const { body, tag } = seal(
      plain,
      key,
      hex('cafebabefacedbaddecaf888'),
      hex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
    );
    assert.equal(tag.toString('hex'), '76fc6ece0f4e1768cddf8853bb2d551b');
    assert.equal(body.toString('hex').slice(0, 32), '522dc1f099567d07f47f37a32a84427d');
  });

  it('refuses when any bit of body, tag, nonce, key or associated data is another', () => {
    const law = fc.property(sealing, fc.nat(), ({ plain, key, nonce, associated }, where) => {
      const { body, tag } = seal(plain, key, nonce, associated);
      const parts = [body, tag, key, nonce, associated] as const;
      parts.forEach((part, i) => {
        if (part.length === 0) return;
        const wrong = parts.map((whole, j) =>
          i === j ? flipped(whole, where) : whole,
        ) as unknown as typeof parts;
        assert.throws(() => unseal(...wrong), damaged);
      });
    });
    fc.assert(law);
  });

  it('refuses a body or a tag that is cut off', () => {
    const [key, nonce, associated] = [Buffer.alloc(32, 1), Buffer.alloc(12, 2), Buffer.from('place')];
    const { body, tag } = seal(Buffer.from('some bytes'), key, nonce, associated);
    assert.throws(() => unseal(body.subarray(1), tag, key, nonce, associated), damaged);
    for (const length of [0, 4, 12, 15]) {
      assert.throws(() => unseal(body, tag.subarray(0, length), key, nonce, associated), damaged);
    }
  });

  it('is not made with a key or nonce of another size', () => {
    const unexpected = (error: unknown) => isFailure(error, 'internal.unexpected');
    const none = Buffer.alloc(0);
    assert.throws(() => seal(none, Buffer.alloc(16), Buffer.alloc(12), none), unexpected);
    assert.throws(() => seal(none, Buffer.alloc(32), Buffer.alloc(16), none), unexpected);
  });
});

describe('a checksum', () => {
  it('matches what it was made of, and nothing with another bit', () => {
    const law = fc.property(bytes(0, 60), bytes(0, 300), fc.nat(), (associated, body, where) => {
      const sum = checksum(associated, body);
      assert.equal(sum.length, 16);
      assert.ok(checksumMatches(sum, associated, body));
      assert.ok(!checksumMatches(flipped(sum, where), associated, body));
      if (associated.length > 0) assert.ok(!checksumMatches(sum, flipped(associated, where), body));
      if (body.length > 0) assert.ok(!checksumMatches(sum, associated, flipped(body, where)));
    });
    fc.assert(law);
  });

  it('notices a byte that moved from one to the other, and a checksum cut off', () => {
    const sum = checksum(Buffer.from('ab'), Buffer.from('c'));
    assert.ok(!checksumMatches(sum, Buffer.from('a'), Buffer.from('bc')));
    assert.ok(!checksumMatches(sum.subarray(0, 8), Buffer.from('ab'), Buffer.from('c')));
  });

  it('stays what it is: it is stored', () => {
    assert.equal(
      checksum(Buffer.from('place'), Buffer.from('body')).toString('hex'),
      '51d4e9a03829c36ce293fdb7240c2708',
    );
  });
});

function flipped(whole: Buffer, where: number): Buffer {
  const copy = Buffer.from(whole);
  const bit = where % (8 * copy.length);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}
