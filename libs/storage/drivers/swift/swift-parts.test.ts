import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, before, describe, it } from 'mocha';
import { bodyOf, type StorageBackend } from '#storage';
import {
  bytesAt,
  collected,
  failsWith,
  interruptedBody,
  keysOf,
  testBytes,
  textBody,
} from '#storage/testing';
import { requireSwift, sharedSwift } from '#test/support';
import { PartMarks } from './swift-part-marks.js';
import { GivenSwift } from './testing/given-swift.js';

const PART = 100_000;
const BYTES = testBytes(5 * PART + 17);
const DAY_MS = 24 * 60 * 60_000;

describe('large objects in Swift', () => {
  let given: GivenSwift;
  let container: string;
  let storage: StorageBackend;
  before(async function () {
    requireSwift(this);
    given = new GivenSwift(await sharedSwift());
  });
  const open = async (path = given.container(), partSize = PART) => {
    container = path.split('/')[0] ?? '';
    storage = await given.storage({ container: path, partSize });
  };
  afterEach(() => given.close());

  it('are static large objects of parts that nobody sees', async () => {
    await open(`${given.container()}/prefix`);
    await storage.put('a/large', bodyOf(BYTES));
    assert.ok(BYTES.equals(await bytesAt(storage, 'a/large')));
    const across = { start: PART - 3, end: 3 * PART + 5 };
    assert.ok(BYTES.subarray(across.start, across.end).equals(await bytesAt(storage, 'a/large', across)));
    assert.equal((await storage.head('a/large')).size, BYTES.length);
    const [listed, ...others] = await collected(storage.list(''));
    assert.deepEqual(
      { key: listed?.key, size: listed?.size, others },
      { key: 'a/large', size: BYTES.length, others: [] },
    );
    assert.deepEqual(await collected(storage.folders('')), ['a']);
    const head = await given.raw('HEAD', `/${container}/prefix/a/large`);
    assert.equal(head.headers.get('x-static-large-object'), 'True');
    const names = await given.names(container);
    assert.equal(names.filter((name) => name.startsWith('prefix/.firn-tmp/parts/')).length, 6);
    assert.equal(names.length, 7);
  });

  it('may end with a part that is full, and one byte more makes another part', async () => {
    for (const [size, parts] of [
      [2 * PART, 2],
      [2 * PART + 1, 3],
      [PART, 0],
    ] as const) {
      await open();
      await storage.put('a', bodyOf(BYTES.subarray(0, size)));
      assert.ok(BYTES.subarray(0, size).equals(await bytesAt(storage, 'a')));
      assert.equal((await given.names(container)).length, parts + 1);
    }
  });

  it('are removed with their parts', async () => {
    await open();
    await storage.put('a', bodyOf(BYTES));
    await storage.put('b', bodyOf(BYTES));
    await storage.remove('a');
    await failsWith('storage.object-missing', () => storage.head('a'));
    assert.ok(BYTES.equals(await bytesAt(storage, 'b')));
    await storage.remove('b');
    assert.deepEqual(await given.names(container), []);
  });

  it('are removed with parts that another program made', async () => {
    await open();
    await storage.put('x', textBody('x'));
    const manifest = [];
    for (const name of ['1', '2']) {
      await given.raw('PUT', `/${container}/theirs/${name}`, {}, name);
      manifest.push({ path: `/${container}/theirs/${name}` });
    }
    const query = '?multipart-manifest=put';
    await given.raw('PUT', `/${container}/large${query}`, {}, JSON.stringify(manifest));
    assert.equal((await bytesAt(storage, 'large')).toString(), '12');
    await storage.remove('large');
    assert.deepEqual(await given.names(container), ['x']);
  });

  it('leave nothing when the body breaks, is aborted, or is longer or shorter than it says', async () => {
    await open();
    const body = bodyOf(BYTES);
    const broken = new Error('the source broke');
    const put = storage.put(
      'a',
      interruptedBody(body, () => Promise.reject(broken)),
    );
    await assert.rejects(put, (error) => error === broken);
    const stop = new AbortController();
    const aborting = interruptedBody(body, async () => stop.abort(broken));
    await assert.rejects(storage.put('a', aborting, stop.signal), (error) => error === broken);
    for (const size of [BYTES.length - 1, BYTES.length + 1, 5 * PART])
      await failsWith('storage.body-mismatch', () => storage.put('a', { ...body, size }));
    assert.deepEqual(await given.names(container), []);
  });

  it('do not overwrite, and send nothing then', async () => {
    await open();
    await storage.put('a', textBody('x'));
    let isOpened = false;
    const body = bodyOf(BYTES);
    const watched = { ...body, open: () => ((isOpened = true), body.open()) };
    await failsWith('storage.object-exists', () => storage.put('a', watched));
    assert.equal(isOpened, false);
    assert.deepEqual(await given.names(container), ['a']);
  });

  it('are missing when a part of them is', async () => {
    await open();
    await storage.put('a', bodyOf(BYTES));
    const [part] = (await given.names(container)).filter((name) => name.endsWith('00000001'));
    await given.raw('DELETE', `/${container}/${part}`);
    await failsWith('storage.object-missing', () => bytesAt(storage, 'a'));
    await storage.remove('a');
    assert.deepEqual(await given.names(container), []);
  });

  it('have an end: a manifest names a thousand parts', async () => {
    await open(given.container(), 1);
    assert.equal(storage.properties.maxObjectSize, 1000);
    await failsWith('storage.object-too-large', () => storage.put('a', bodyOf(BYTES.subarray(0, 1001))));
  });

  it('bear the digest of their parts, by which a reader checks them', async () => {
    await open();
    await storage.put('a', bodyOf(BYTES));
    const head = await given.raw('HEAD', `/${container}/a`);
    const md5 = (bytes: string | Uint8Array) => createHash('md5').update(bytes).digest('hex');
    const parts = [0, 1, 2, 3, 4, 5].map((at) => md5(BYTES.subarray(at * PART, (at + 1) * PART)));
    assert.equal(head.headers.get('etag'), `"${md5(parts.join(''))}"`);
  });

  describe('that a killed process left in the middle', () => {
    /** Sweeps as somebody who comes so much later. */
    const sweep = async (laterMs: number) => {
      await using inner = await given.inside(container);
      const { headers } = await given.raw('HEAD', `/${container}`);
      const now = Date.parse(headers.get('date') ?? '');
      await new PartMarks(inner.session, inner.container).sweep(new Date(now + laterMs));
    };
    const leftBehind = async (id: string, key: string) => {
      await given.raw('PUT', `/${container}/.firn-tmp/marks/${id}`, {}, key);
      await given.raw('PUT', `/${container}/.firn-tmp/parts/${id}/00000001`, {}, 'part');
    };

    it('are swept a day later, and not before', async () => {
      await open();
      await storage.put('small', textBody('x'));
      await leftBehind('0'.repeat(24), 'never');
      await sweep(DAY_MS / 2);
      assert.equal((await given.names(container)).length, 3);
      await sweep(DAY_MS + 60_000);
      assert.deepEqual(await given.names(container), ['small']);
    });

    it('are kept when only their mark was left', async () => {
      await open();
      await storage.put('a', bodyOf(BYTES));
      const head = await given.raw('HEAD', `/${container}/a`);
      const id = head.headers.get('x-object-meta-firn-parts') ?? '';
      await given.raw('PUT', `/${container}/.firn-tmp/marks/${id}`, {}, 'a');
      await sweep(2 * DAY_MS);
      assert.ok(BYTES.equals(await bytesAt(storage, 'a')));
      assert.equal((await given.names(container)).length, 7);
      assert.deepEqual(await keysOf(storage), ['a']);
    });
  });
});
