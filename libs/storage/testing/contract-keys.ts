import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { printable } from '#kernel';
import { bytesAt, collected, keysOf, textBody } from './bodies.js';
import { failsWith } from './failing.js';
import type { Given } from './given.js';

const BAD_KEYS: readonly [why: string, key: string][] = [
  ['nothing', ''],
  ['the folder above', '..'],
  ['a way out', 'a/../../b'],
  ['a way out at the end', 'a/..'],
  ['the same folder', './a'],
  ['an absolute path', '/etc/passwd'],
  ['an empty component', 'a//b'],
  ['a slash at the end', 'a/'],
  ['a NUL', 'a\0b'],
  ['a newline', 'a\nb'],
  ['a blank', 'a b'],
  ['a backslash', 'a\\b'],
  ['a letter beyond ASCII', 'ä'],
  ['a component of 256 characters', 'a'.repeat(256)],
  ['more than 1,024 characters', 'abcdefg/'.repeat(128) + 'a'],
  ['the folder of what is unfinished', '.firn-tmp/a'],
];

export function describeKeys(given: () => Given): void {
  describe('keys', () => {
    for (const [why, key] of BAD_KEYS) {
      it(`refuses ${why}: "${printable(key.slice(0, 20))}"`, async () => {
        const { storage } = given();
        for (const call of [
          () => storage.put(key, textBody('x')),
          () => bytesAt(storage, key),
          () => storage.head(key),
          () => storage.remove(key),
        ]) {
          const failure = await failsWith('storage.key-invalid', call);
          assert.ok(![...failure.message].some((letter) => letter < ' '), 'the message can be printed');
        }
        assert.deepEqual(await keysOf(storage), []);
      });
    }

    for (const prefix of ['a', '/', '../', 'a//', 'a/../', './', '.firn-tmp/']) {
      it(`refuses the prefix "${prefix}"`, async () => {
        const { storage } = given();
        await failsWith('storage.key-invalid', () => keysOf(storage, prefix));
        await failsWith('storage.key-invalid', () => collected(storage.folders(prefix)));
      });
    }

    it('takes a key of 1,024 characters', async () => {
      const { storage } = given();
      const key = 'abcdefg/'.repeat(127) + 'abcdefgh';
      await storage.put(key, textBody('x'));
      assert.deepEqual(await keysOf(storage), [key]);
    });
  });
}
