import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Failure, isFailure } from '#kernel';
import { bodyOf } from '../body.js';
import type { RewindableBody } from '../storage-backend.js';
import { bytesAt, collected, interruptedBody, keysOf, testBytes, textAt, textBody } from './bodies.js';
import { failsWith } from './failing.js';
import type { Given } from './given.js';

const MIB = 1 << 20;

export function describeWriting(given: () => Given): void {
  describe('writing', () => {
    it('shows what was put at once to get, head, list and folders', async () => {
      const { storage } = given();
      await storage.put('a/b', textBody('hello'));
      assert.equal(await textAt(storage, 'a/b'), 'hello');
      assert.equal((await storage.head('a/b')).size, 5);
      assert.deepEqual(await keysOf(storage), ['a/b']);
      assert.deepEqual(await collected(storage.folders('')), ['a']);
    });

    it('keeps what was put for whoever opens it next', async () => {
      const { storage, reopened } = given();
      await storage.put('a/b', textBody('hello'));
      assert.equal(await textAt(await reopened(), 'a/b'), 'hello');
    });

    it('refuses a key that is taken, and keeps the bytes that are there', async () => {
      const { storage } = given();
      await storage.put('a', textBody('first'));
      await failsWith('storage.object-exists', () => storage.put('a', textBody('second')));
      await failsWith('storage.object-exists', () => storage.put('a', textBody('first')));
      assert.equal(await textAt(storage, 'a'), 'first');
    });

    it('takes a key again after its object was removed', async () => {
      const { storage } = given();
      await storage.put('a/b', textBody('first'));
      await storage.remove('a/b');
      await storage.put('a/b', textBody('second'));
      assert.equal(await textAt(storage, 'a/b'), 'second');
    });

    it('stores an empty object', async () => {
      const { storage } = given();
      await storage.put('empty', bodyOf([]));
      assert.equal((await bytesAt(storage, 'empty')).length, 0);
      assert.equal((await storage.head('empty')).size, 0);
      await failsWith('storage.object-exists', () => storage.put('empty', bodyOf([])));
    });

    it('stores 20 MiB in pieces of any size, empty ones included', async () => {
      const { storage } = given();
      const bytes = testBytes(20 * MIB);
      const cuts = [0, 0, 1, 2, 4099, 4099, 9 * MIB + 7, 20 * MIB];
      const pieces = cuts.map((cut, at) => bytes.subarray(cut, cuts[at + 1] ?? cut));
      await storage.put('large', bodyOf(pieces));
      assert.ok(bytes.equals(await bytesAt(storage, 'large')), 'the bytes are the same');
    });

    it('stores a body whose buffer is used again for each piece', async () => {
      const { storage } = given();
      const buffer = Buffer.alloc(3);
      const reusing: RewindableBody = {
        ...textBody('aaabbbccc'),
        async *open() {
          for (const letter of 'abc') yield buffer.fill(letter);
        },
      };
      await storage.put('a', reusing);
      assert.equal(await textAt(storage, 'a'), 'aaabbbccc');
    });

    it('lets exactly one of many puts of one key win, with its bytes whole', async () => {
      const { storage } = given();
      const bodies = Array.from({ length: 8 }, (_, seed) => bodyOf(testBytes(300_000, seed + 1)));
      const results = await Promise.allSettled(bodies.map((body) => storage.put('a/b', body)));
      const won = bodies.filter((_, at) => results[at]?.status === 'fulfilled');
      const lost = results.flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      assert.equal(won.length, 1, 'one put wins');
      assert.ok(
        lost.every((error) => isFailure(error, 'storage.object-exists')),
        `the others: ${lost.join(', ')}`,
      );
      assert.equal(bodyOf(await bytesAt(storage, 'a/b')).sha256, won[0]?.sha256);
    });

    it('puts and removes in one folder at the same time', async () => {
      const { storage } = given();
      const rounds = Array.from({ length: 20 }, (_, at) => `folder/of/${at}`);
      await Promise.all(
        rounds.map(async (key) => {
          await storage.put(key, textBody(key));
          assert.equal(await textAt(storage, key), key);
          await storage.remove(key);
        }),
      );
      assert.deepEqual(await keysOf(storage), []);
    });
  });

  describe('a put that fails', () => {
    const body = bodyOf(testBytes(600_000));

    it('leaves nothing when the body throws in the middle, and says what the body said', async () => {
      const { storage } = given();
      const broken = new Failure('source.unreadable', 'the source broke');
      const put = storage.put(
        'a/b',
        interruptedBody(body, () => Promise.reject(broken)),
      );
      await assert.rejects(put, (error) => error === broken);
      await leftNothing(given());
      await storage.put('a/b', body);
    });

    it('leaves nothing when the body is longer or shorter than it says', async () => {
      const { storage } = given();
      for (const size of [body.size - 1, body.size + 1]) {
        await failsWith('storage.body-mismatch', () => storage.put('a/b', { ...body, size }));
      }
      await leftNothing(given());
    });

    it('does nothing when it is aborted before it begins', async () => {
      const reason = new Error('no longer wanted');
      let isOpened = false;
      const watched = { ...body, open: () => ((isOpened = true), body.open()) };
      const put = given().storage.put('a/b', watched, AbortSignal.abort(reason));
      await assert.rejects(put, (error) => error === reason);
      assert.equal(isOpened, false, 'the body was not opened');
      await leftNothing(given());
    });

    it('leaves nothing when it is aborted in the middle', async () => {
      const { storage } = given();
      const stop = new AbortController();
      const reason = new Error('no longer wanted');
      const aborting = interruptedBody(body, async () => stop.abort(reason));
      await assert.rejects(storage.put('a/b', aborting, stop.signal), (error) => error === reason);
      await leftNothing(given());
      await storage.put('a/b', body);
    });

    it('can be aborted while the body stalls', async () => {
      const stop = new AbortController();
      const reason = new Error('no longer wanted');
      const stalling = interruptedBody(body, () => {
        setImmediate(() => stop.abort(reason));
        return new Promise(() => undefined);
      });
      await assert.rejects(given().storage.put('a/b', stalling, stop.signal), (error) => error === reason);
      await leftNothing(given());
    });
  });
}

async function leftNothing({ storage }: Given): Promise<void> {
  await failsWith('storage.object-missing', () => storage.head('a/b'));
  assert.deepEqual(await keysOf(storage), []);
  assert.deepEqual(await collected(storage.folders('')), []);
}
