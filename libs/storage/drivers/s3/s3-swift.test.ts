import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { monotonicMs, systemClock } from '#kernel';
import { bodyOf, type StorageBackend } from '#storage';
import { storageDriver } from '#storage/drivers';
import {
  bytesAt,
  collected,
  describeStorageContract,
  failsWith,
  interruptedBody,
  keysOf,
  testBytes,
  textAt,
  textBody,
} from '#storage/testing';
import { requireSwift, sharedSwift, startLine, type Line, type TestSwift } from '#test/support';
import { S3Bucket } from './s3-bucket.js';
import { s3Settings } from './s3-settings.js';

const MIB = 1 << 20;
const s3 = storageDriver('s3');

describe('S3 as Swift speaks it', function () {
  // A thousand objects take it half a minute on a busy machine.
  this.timeout(180_000);
  let swift: Pick<TestSwift, 's3' | 'limited' | 'port'>;
  const containers = new Map<StorageBackend, string>();
  let buckets = 0;
  before(async function () {
    requireSwift(this);
    swift = await sharedSwift();
  });

  const opened = async (container: string, settings: object = {}): Promise<StorageBackend> => {
    const common = { container, ...swift.s3, createBucket: true, timeoutSeconds: 30, connections: 8 };
    const storage = await s3.open({ ...common, ...settings });
    containers.set(storage, container);
    return storage;
  };
  const bucket = () => `firn-s3-${process.pid}-${(buckets += 1)}`;

  describeStorageContract('s3', {
    open: () => opened(bucket()),
    reopen: async (storage) => {
      await storage.close();
      return opened(containers.get(storage) ?? '');
    },
  });

  describe('a bucket', () => {
    const open: StorageBackend[] = [];
    const given = async (container: string, settings?: object): Promise<StorageBackend> => {
      const storage = await opened(container, settings);
      open.push(storage);
      return storage;
    };
    afterEach(async () => {
      for (const storage of open.splice(0)) await storage.close();
    });

    it('holds several storages below prefixes that do not see each other', async () => {
      const name = bucket();
      const [one, other, whole] = [
        await given(`${name}/a`),
        await given(`${name}/a-b/c d`),
        await given(name),
      ];
      await one.put('x/y', textBody('one'));
      await other.put('x/y', textBody('other'));
      assert.equal(await textAt(one, 'x/y'), 'one');
      assert.equal(await textAt(other, 'x/y'), 'other');
      assert.deepEqual(await collected(one.folders('')), ['x']);
      await other.remove('x/y');
      // "c d" is no name of a key.
      assert.deepEqual(await keysOf(whole), ['a/x/y']);
    });

    it('is missing when nobody allowed to make it, and empty when it is yet to be made', async () => {
      const name = bucket();
      const strict = await given(name, { createBucket: false });
      await failsWith('storage.container-missing', () => strict.put('a', textBody('x')));
      await failsWith('storage.container-missing', () => keysOf(strict));
      await failsWith('storage.container-missing', () => bytesAt(strict, 'a'));
      const making = await given(name);
      assert.deepEqual(await keysOf(making), []);
      await failsWith('storage.object-missing', () => bytesAt(making, 'a'));
      await making.remove('a');
      await making.put('a', textBody('x'));
      assert.deepEqual(await keysOf(strict), ['a']);
    });

    it('refuses a wrong secret and an unknown key in words, whatever is asked first', async () => {
      for (const wrong of [{ secretAccessKey: 'wrong-secret' }, { accessKeyId: 'test:nobody' }]) {
        const storage = await given(bucket(), wrong);
        for (const call of [
          () => storage.head('a'),
          () => bytesAt(storage, 'a'),
          () => keysOf(storage),
          () => storage.put('a', textBody('x')),
          () => storage.remove('a'),
        ]) {
          const { message } = await failsWith('storage.login-refused', call);
          assert.ok(!message.includes('wrong-secret'), message);
        }
      }
    });

    it('says which region is the right one', async () => {
      const storage = await given(bucket(), { region: 'eu-north-7' });
      const { message } = await failsWith('storage.address-invalid', () => keysOf(storage));
      assert.match(message, /set region to "us-east-1"/);
    });

    it('says what a server does not know that was asked for', async () => {
      const classed = await given(bucket(), { storageClass: 'STANDARD_IA' });
      await failsWith('storage.unsupported', () => classed.put('a', textBody('x')));
      const encrypted = await given(bucket(), { encryption: 'AES256' });
      await failsWith('storage.unsupported', () => encrypted.put('a', textBody('x')));
      const locked = await given(bucket(), { lockDays: 1 });
      const { message } = await failsWith('storage.unsupported', () => locked.put('a', textBody('x')));
      assert.match(message, /no object lock/);
    });

    it('keeps checksums of each kind, and a body in parts of each kind', async () => {
      const bytes = testBytes(11 * MIB);
      for (const checksum of ['sha256', 'crc32', 'md5', 'none']) {
        const storage = await given(bucket(), { checksum, partSizeMiB: 5 });
        await storage.put('small', textBody('hello'));
        await storage.put('large', bodyOf([bytes.subarray(0, 3 * MIB), bytes.subarray(3 * MIB)]));
        assert.equal(await textAt(storage, 'small'), 'hello');
        assert.ok(bytes.equals(await bytesAt(storage, 'large')));
        const range = { start: 5 * MIB - 3, end: 10 * MIB + 3 };
        assert.ok(bytes.subarray(range.start, range.end).equals(await bytesAt(storage, 'large', range)));
        await failsWith('storage.object-exists', () => storage.put('large', bodyOf(bytes)));
      }
    });

    it('leaves no part of a large body that fails, is aborted, or is not as long as it says', async () => {
      const name = bucket();
      const storage = await given(`${name}/folder`, { partSizeMiB: 5 });
      const body = bodyOf(testBytes(16 * MIB));
      const reason = new Error('broken');
      const stop = new AbortController();
      const breaking = interruptedBody(body, () => Promise.reject(reason));
      await assert.rejects(storage.put('a', breaking), (error) => error === reason);
      const aborting = interruptedBody(body, async () => stop.abort(reason));
      await assert.rejects(storage.put('b', aborting, stop.signal), (error) => error === reason);
      for (const size of [body.size - 1, body.size + 1])
        await failsWith('storage.body-mismatch', () => storage.put('c', { ...body, size }));
      await storage.close();
      const left = await S3Bucket.open(s3Settings.parse({ container: name, ...swift.s3 }), {
        clock: systemClock,
      });
      const { Uploads = [] } = await left.s3.listMultipartUploads({ Bucket: name });
      const { Contents = [] } = await left.s3.listObjectsV2({ Bucket: name });
      await left.close();
      assert.deepEqual([...Uploads, ...Contents], []);
    });

    it('takes objects from a client that may only put, and never again one that it put', async () => {
      const name = bucket();
      const full = await given(name);
      await full.put('first', textBody('x'));
      const { user: accessKeyId, key: secretAccessKey } = swift.limited.putter;
      const putter = await given(name, { accessKeyId, secretAccessKey, createBucket: false, partSizeMiB: 5 });
      await putter.put('second', textBody('y'));
      await putter.put('large', bodyOf(testBytes(6 * MIB)));
      await failsWith('storage.access-denied', () => putter.remove('second'));
      await failsWith('storage.access-denied', () => bytesAt(putter, 'second'));
      await failsWith('storage.access-denied', () => keysOf(putter));
      assert.deepEqual(await keysOf(full), ['first', 'large', 'second']);
    });

    it('is read by a client that may not write', async () => {
      const name = bucket();
      await (await given(name)).put('a', textBody('x'));
      const { user: accessKeyId, key: secretAccessKey } = swift.limited.reader;
      const reader = await given(name, { accessKeyId, secretAccessKey });
      assert.equal(await textAt(reader, 'a'), 'x');
      await failsWith('storage.access-denied', () => reader.put('b', textBody('x')));
    });
  });

  describe('a line', () => {
    let line: Line;
    let storage: StorageBackend;
    beforeEach(async () => {
      line = await startLine(swift.port);
      const endpoint = `http://127.0.0.1:${line.port}`;
      storage = await opened(bucket(), { endpoint, timeoutSeconds: 1, partSizeMiB: 5 });
      await storage.put('first', bodyOf(testBytes(4 * MIB)));
    });
    afterEach(async () => {
      await line.stop();
      await storage.close();
    });
    after(() => containers.clear());

    for (const [what, size] of [
      ['a put', 4 * MIB],
      ['a put in parts', 14 * MIB],
    ] as const) {
      it(`that is cut in the middle of ${what} fails it, leaves nothing, and is forgotten`, async () => {
        const body = bodyOf(testBytes(size));
        const isCut = line.cutAfter(size / 2);
        await failsWith('storage.unavailable', () => storage.put('a', body));
        await isCut;
        assert.deepEqual(await keysOf(storage), ['first']);
        await storage.put('a', body);
        assert.equal((await storage.head('a')).size, size);
      });

      it(`that stalls in the middle of ${what} is given up in time`, async () => {
        const body = interruptedBody(bodyOf(testBytes(size)), async () => line.stall());
        await failsWith('storage.timeout', () => storage.put('a', body));
      });
    }

    it('that is cut in the middle of a get fails it', async () => {
      const isCut = line.cutAfter(2 * MIB);
      await failsWith('storage.unavailable', () => bytesAt(storage, 'first'));
      await isCut;
      assert.equal((await bytesAt(storage, 'first')).length, 4 * MIB);
    });

    it('that stalls in the middle of a get is given up in time', async () => {
      line.bytesPerSecond = 2 * MIB;
      const stream = await storage.get('first');
      const bytes = stream[Symbol.asyncIterator]();
      await bytes.next();
      line.stall();
      await failsWith('storage.timeout', async () => {
        while (!(await bytes.next()).done);
      });
    });

    it('that stalls is not waited for when the call is aborted', async () => {
      line.stall();
      const reason = new Error('no longer wanted');
      for (const call of [
        (signal: AbortSignal) => storage.put('a', bodyOf(testBytes(4 * MIB)), signal),
        (signal: AbortSignal) => storage.head('first', signal),
        (signal: AbortSignal) => storage.get('first', undefined, signal),
        (signal: AbortSignal) => storage.remove('first', signal),
        (signal: AbortSignal) => collected(storage.list('', signal)),
      ]) {
        const stop = new AbortController();
        const called = assert.rejects(call(stop.signal), (error) => error === reason);
        await setImmediate();
        const abortedMs = monotonicMs();
        stop.abort(reason);
        await called;
        assert.ok(monotonicMs() - abortedMs < 500, 'at once');
      }
    });

    it('whose server is gone fails every call until it is back', async () => {
      await line.stop();
      await failsWith('storage.unavailable', () => storage.head('first'));
      await failsWith('storage.unavailable', () => storage.put('a', textBody('x')));
      await line.start();
      await storage.put('a', textBody('x'));
      assert.deepEqual(await keysOf(storage), ['a', 'first']);
    });
  });
});
