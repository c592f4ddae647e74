import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, it } from 'mocha';
import { systemClock, type FailureCode } from '#kernel';
import { FakeClock } from '#kernel/testing';
import { bodyOf, type StorageBackend } from '#storage';
import { bytesAt, failsWith, interruptedBody, keysOf, testBytes, textAt, textBody } from '#storage/testing';
import {
  makeAuthority,
  makeCertificate,
  requireProgram,
  s3Refusal,
  startFakeS3,
  withTemporaryDirectory,
  type FakeS3,
  type FakeS3Options,
} from '#test/support';
import { openS3Storage } from './s3-storage.js';
import { s3Settings } from './s3-settings.js';

const MIB = 1 << 20;
const DAY_MS = 24 * 3600 * 1000;
const CUSTOMER_KEY = Buffer.alloc(32, 7).toString('base64');

describe('S3 as a small fake of it speaks it', () => {
  const open: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing[Symbol.asyncDispose]();
  });
  const fakeWith = async (options?: FakeS3Options): Promise<FakeS3> => {
    const fake = await startFakeS3(options);
    open.push(fake);
    return fake;
  };
  const kept = (storage: StorageBackend): StorageBackend => {
    open.push({ [Symbol.asyncDispose]: () => storage.close() });
    return storage;
  };
  const common = { container: 'bucket', accessKeyId: 'key', secretAccessKey: 'top-secret' };
  const on = async ({ url: endpoint }: Pick<FakeS3, 'url'>, settings: object = {}, parts: object = {}) =>
    kept(
      await openS3Storage(s3Settings.parse({ ...common, endpoint, timeoutSeconds: 5, ...settings }), {
        clock: systemClock,
        ...parts,
      }),
    );
  const linesOf = (fake: FakeS3) =>
    fake.heard.map(({ method, key, query }) => `${method} ${key}${query.has('uploadId') ? '?uploadId' : ''}`);

  describe('conditions', () => {
    it('are left to a server that honours them: one request for each put', async () => {
      const fake = await fakeWith();
      const storage = await on(fake);
      await storage.put('a', textBody('x'));
      await storage.put('b', textBody('x'));
      assert.deepEqual(linesOf(fake).slice(-2), ['PUT a', 'PUT b']);
      assert.equal(fake.heard.at(-1)?.headers['if-none-match'], '*');
      await failsWith('storage.object-exists', () => storage.put('a', textBody('y')));
      assert.equal(await textAt(storage, 'a'), 'x');
      assert.deepEqual(await keysOf(storage), ['a', 'b'], 'what was tried out is not shown');
    });

    for (const conditions of ['ignored', 'refused'] as const) {
      it(`are looked to by us where they are ${conditions}`, async () => {
        const fake = await fakeWith({ conditions });
        const storage = await on(fake, { partSizeMiB: 5 });
        await storage.put('a', textBody('x'));
        await storage.put('b', bodyOf(testBytes(6 * MIB)));
        await failsWith('storage.object-exists', () => storage.put('a', textBody('y')));
        await failsWith('storage.object-exists', () => storage.put('b', textBody('y')));
        assert.equal(await textAt(storage, 'a'), 'x');
        const last = fake.heard.findLast(({ method, key }) => method === 'PUT' && key === 'a');
        assert.equal(last?.headers['if-none-match'], undefined);
      });
    }

    it('hold up nobody who no longer waits for his turn', async () => {
      const fake = await fakeWith();
      const storage = await on(fake, { timeoutSeconds: 1 });
      await storage.put('a', textBody('x'));
      fake.script = () => 'stall';
      const [stop, reason] = [new AbortController(), new Error('no longer wanted')];
      const first = failsWith('storage.timeout', () => storage.put('b', textBody('x')));
      const second = assert.rejects(
        storage.put('b', textBody('y'), stop.signal),
        (error) => error === reason,
      );
      stop.abort(reason);
      await second;
      await first;
      fake.script = () => undefined;
      await storage.put('b', textBody('z'));
      assert.equal(await textAt(storage, 'b'), 'z');
    });

    it('bind also the end of an upload in parts', async () => {
      const fake = await fakeWith();
      const storage = await on(fake, { partSizeMiB: 5 });
      const body = bodyOf(testBytes(6 * MIB));
      // Somebody else stores the same key while the parts are sent.
      const other = async () => {
        fake.bucket.objects.set('a', {
          bytes: Buffer.from('other'),
          headers: {},
          modifiedAt: fake.bucket.now,
        });
      };
      await failsWith('storage.object-exists', () => storage.put('a', interruptedBody(body, other)));
      assert.equal(await textAt(storage, 'a'), 'other');
      await storage.close();
      assert.equal(fake.bucket.uploads.size, 0);
    });

    it('are tried all the same by a client that may neither look nor try them out', async () => {
      const fake = await fakeWith();
      const denied = s3Refusal(403, 'AccessDenied', 'Access Denied');
      fake.script = ({ method, key }) =>
        method !== 'PUT' || key.startsWith('.firn-tmp') ? denied : undefined;
      const storage = await on(fake);
      await storage.put('a', textBody('x'));
      await failsWith('storage.object-exists', () => storage.put('a', textBody('y')));
    });
  });

  describe('what is said of objects', () => {
    it('is class, encryption and lock', async () => {
      const fake = await fakeWith({ objectLock: true });
      const clock = new FakeClock();
      const settings = { storageClass: 'GLACIER_IR', encryption: 'aws:kms', kmsKeyId: 'key-1', lockDays: 30 };
      const storage = await on(fake, { ...settings, lockMode: 'compliance', partSizeMiB: 5 }, { clock });
      await storage.put('a', textBody('x'));
      await storage.put('large', bodyOf(testBytes(6 * MIB)));
      for (const [method, key] of [
        ['PUT', 'a'],
        ['POST', 'large'],
      ]) {
        const heard = fake.heard.find((request) => request.method === method && request.key === key);
        const said = Object.entries(heard?.headers ?? {}).filter(([name]) =>
          /class|encryption|lock/.test(name),
        );
        assert.deepEqual(Object.fromEntries(said), {
          'x-amz-storage-class': 'GLACIER_IR',
          'x-amz-server-side-encryption': 'aws:kms',
          'x-amz-server-side-encryption-aws-kms-key-id': 'key-1',
          'x-amz-object-lock-mode': 'COMPLIANCE',
          'x-amz-object-lock-retain-until-date': '2026-01-31T00:00:00Z',
        });
      }
    });

    it('is a key of the user’s own with every request that needs it', async () => {
      const fake = await fakeWith();
      const storage = await on(fake, { customerKey: CUSTOMER_KEY, partSizeMiB: 5 });
      await storage.put('a', textBody('x'));
      await storage.put('large', bodyOf(testBytes(6 * MIB)));
      await bytesAt(storage, 'a');
      await storage.head('a');
      const keyed = fake.heard.filter(
        ({ headers }) => headers['x-amz-server-side-encryption-customer-key'] === CUSTOMER_KEY,
      );
      assert.ok(keyed.every(({ headers }) => headers['x-amz-server-side-encryption-customer-key-md5']));
      const needing = fake.heard.filter(({ method, key }) => key !== '' && method !== 'DELETE');
      assert.deepEqual(keyed, needing);
    });

    it('is a session token, and the digest of what is sent', async () => {
      const fake = await fakeWith();
      const storage = await on(fake, { sessionToken: 'token-1' });
      const body = textBody('hello');
      await storage.put('a', body);
      const headers = fake.heard.at(-1)?.headers ?? {};
      assert.equal(headers['x-amz-security-token'], 'token-1');
      assert.equal(headers['x-amz-content-sha256'], body.sha256);
      assert.equal(headers['x-amz-checksum-sha256'], Buffer.from(body.sha256, 'hex').toString('base64'));
      await failsWith('storage.body-mismatch', () => storage.put('b', { ...body, sha256: '0'.repeat(64) }));
    });
  });

  describe('locks', () => {
    const locked = async () => {
      const fake = await fakeWith({ objectLock: true });
      const clock = new FakeClock();
      const storage = await on(fake, { lockDays: 2 }, { clock });
      await storage.put('a', textBody('x'));
      return { fake, clock, storage };
    };

    it('keep an object until they end', async () => {
      const { fake, clock, storage } = await locked();
      const { message } = await failsWith('storage.object-held', () => storage.remove('a'));
      assert.match(message, /held until 2026-01-03/);
      clock.advance(2 * DAY_MS + 1);
      await storage.remove('a');
      assert.deepEqual(await keysOf(storage), []);
      const removal = fake.heard.find(({ method }) => method === 'DELETE');
      assert.equal(removal?.query.get('versionId'), 'v1', 'the version itself is removed, not only hidden');
      await storage.remove('a');
    });

    it('are respected also by who did not ask for them', async () => {
      const { fake } = await locked();
      const storage = await on(fake, {}, { clock: new FakeClock() });
      await failsWith('storage.object-held', () => storage.remove('a'));
      fake.script = ({ method }) =>
        method === 'DELETE'
          ? s3Refusal(403, 'AccessDenied', 'Object is WORM protected and cannot be overwritten')
          : undefined;
      const later = await on(fake, {}, { clock: new FakeClock(new Date('2027-01-01')) });
      await failsWith('storage.object-held', () => later.remove('a'));
    });

    it('are not promised by a bucket that has none', async () => {
      const storage = await on(await fakeWith(), { lockDays: 2 });
      await failsWith('storage.unsupported', () => storage.put('a', textBody('x')));
    });
  });

  describe('refusals', () => {
    const cases: readonly [status: number, code: string, FailureCode, says: RegExp, more?: string][] = [
      [403, 'AccessDenied', 'storage.access-denied', /no right/],
      [403, 'InvalidAccessKeyId', 'storage.login-refused', /refuses the login/],
      [403, 'SignatureDoesNotMatch', 'storage.login-refused', /refuses the login/],
      [400, 'ExpiredToken', 'storage.login-refused', /ExpiredToken/],
      [
        403,
        'RequestTimeTooSkewed',
        'storage.login-refused',
        /clock here says 2026-01-01T00:00:00.000Z, .* server 2026-02-03T/,
      ],
      [404, 'NoSuchBucket', 'storage.container-missing', /no bucket "bucket"/],
      [503, 'SlowDown', 'storage.unavailable', /SlowDown/],
      [429, 'TooManyRequests', 'storage.unavailable', /TooMany/],
      [500, 'InternalError', 'storage.unavailable', /InternalError/],
      [507, 'Other', 'storage.full', /is full/],
      [403, 'QuotaExceeded', 'storage.full', /is full/],
      [507, 'XMinioStorageFull', 'storage.full', /is full/],
      [301, 'PermanentRedirect', 'storage.address-invalid', /"eu-west-3", not "us-east-1"/],
      [
        400,
        'AuthorizationHeaderMalformed',
        'storage.address-invalid',
        /"eu-west-3"/,
        '<Region>eu-west-3</Region>',
      ],
      [400, 'EntityTooLarge', 'storage.object-too-large', /refuses/],
      [400, 'InvalidStorageClass', 'storage.unsupported', /refuses/],
      [400, 'RequestTimeout', 'storage.timeout', /stalled/],
    ];
    for (const [status, code, expected, says, more = ''] of cases) {
      it(`turn ${status} ${code} into ${expected}`, async () => {
        const fake = await fakeWith();
        fake.script = () => ({
          ...s3Refusal(status, code, 'Something is wrong', more),
          headers: {
            'retry-after': '7',
            'x-amz-bucket-region': 'eu-west-3',
            date: 'Tue, 03 Feb 2026 00:00:00 GMT',
          },
        });
        const storage = await on(fake, { sessionToken: 'token-1' }, { clock: new FakeClock() });
        for (const call of [
          () => storage.put('a', bodyOf(testBytes(5 * MIB))),
          () => bytesAt(storage, 'a'),
          () => storage.remove('a'),
          () => keysOf(storage),
        ]) {
          const failure = await failsWith(expected, call);
          assert.match(failure.message, says);
          assert.equal(failure.context['place'], storage.properties.place);
          assert.equal(failure.context['retryAfterMs'], 7000);
          assert.ok(!/top-secret|token-1/.test(JSON.stringify([failure, failure.cause, failure.message])));
        }
      });
    }

    it('are understood also when a proxy speaks instead of the server', async () => {
      const fake = await fakeWith();
      fake.script = () => ({ status: 502, body: '<html><body>Bad Gateway</body>' });
      await failsWith('storage.unavailable', async () => keysOf(await on(fake)));
      fake.script = () => ({ status: 200, body: 'Welcome!' });
      await failsWith('storage.unavailable', async () => keysOf(await on(fake)));
    });

    it('say when to come again, by date', async () => {
      const fake = await fakeWith();
      const headers = {
        date: 'Tue, 03 Feb 2026 00:00:00 GMT',
        'retry-after': 'Tue, 03 Feb 2026 00:02:00 GMT',
      };
      fake.script = () => ({ ...s3Refusal(503, 'ServiceUnavailable', 'Please wait'), headers });
      const failure = await failsWith('storage.unavailable', async () => keysOf(await on(fake)));
      assert.equal(failure.context['retryAfterMs'], 120_000);
    });
  });

  describe('connections', () => {
    it('go to the host of the bucket unless the path is to name it', async () => {
      const fake = await fakeWith();
      const asked: string[] = [];
      const lookup = (host: string, _: unknown, found: (error: null, addresses: object[]) => void) => {
        asked.push(host);
        found(null, [{ address: '127.0.0.1', family: 4 }]);
      };
      const url = `http://s3.test:${fake.port}`;
      const virtual = await on({ url }, { pathStyle: false }, { lookup });
      await virtual.put('a', textBody('x'));
      assert.equal(await textAt(virtual, 'a'), 'x');
      assert.deepEqual([...new Set(asked)], ['bucket.s3.test']);
      assert.equal(fake.heard.at(-1)?.headers.host, `bucket.s3.test:${fake.port}`);
    });

    it('are made to servers whose certificate is trusted, by caFile also to others', async function () {
      requireProgram(this, 'openssl');
      await withTemporaryDirectory(async (directory) => {
        const authority = await makeAuthority(directory);
        const { keyFile, certificateFile } = await makeCertificate(directory, authority);
        const tls = { key: await readFile(keyFile), cert: await readFile(certificateFile) };
        const fake = await fakeWith({ tls });
        await failsWith('storage.certificate-untrusted', async () => keysOf(await on(fake)));
        const storage = await on(fake, { caFile: authority.certificateFile });
        await storage.put('a', bodyOf(testBytes(3 * MIB)));
        assert.equal((await bytesAt(storage, 'a')).length, 3 * MIB);
      });
    });

    it('are given up when a server takes a request and never answers', async () => {
      const fake = await fakeWith();
      fake.script = () => 'stall';
      const storage = await on(fake, { timeoutSeconds: 0.3 });
      await failsWith('storage.timeout', () => storage.head('a'));
      await failsWith('storage.timeout', () => storage.put('a', bodyOf(testBytes(8 * MIB))));
    });
  });

  describe('what a killed process left', () => {
    it('is ended after a day, when nothing came for it meanwhile, and nobody else’s is', async () => {
      const fake = await fakeWith();
      const { bucket } = fake;
      const begun = async (name: string) => {
        const killed = await on(
          fake,
          { container: 'bucket/ours', partSizeMiB: 5 },
          { clock: new FakeClock(bucket.now) },
        );
        const body = interruptedBody(bodyOf(testBytes(12 * MIB)), () => new Promise(() => undefined));
        const before = bucket.uploads.size;
        killed.put(name, body).catch(() => undefined);
        while (([...bucket.uploads.values()][before]?.parts.size ?? 0) === 0) await new Promise(setImmediate);
      };
      await begun('dead');
      bucket.uploads.set('foreign', { key: 'ours/foreign', parts: new Map() });
      await begun('young');
      assert.equal(bucket.uploads.size, 3);
      const marks = [...bucket.objects].filter(([key]) => key.startsWith('ours/.firn-tmp/uploads/'));
      assert.equal(marks.length, 2);
      const [young] = marks.filter(([, { bytes }]) => bytes.includes('young'));
      const later = new Date(bucket.now.getTime() + 3 * DAY_MS);
      bucket.objects.set(young?.[0] ?? '', {
        bytes: Buffer.from(young?.[1].bytes ?? ''),
        headers: {},
        modifiedAt: later,
      });
      const next = await on(fake, { container: 'bucket/ours' }, { clock: new FakeClock(later) });
      await next.put('a', textBody('x'));
      assert.deepEqual([...bucket.uploads.values()].map(({ key }) => key).sort(), [
        'ours/foreign',
        'ours/young',
      ]);
      assert.deepEqual(await keysOf(next), ['a']);
    });
  });
});
