import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { monotonicMs } from '#kernel';
import { bodyOf, readAll } from '#storage';
import { bytesAt, failsWith, interruptedBody, keysOf, testBytes, textAt, textBody } from '#storage/testing';
import {
  makeAuthority,
  makeCertificate,
  requireProgram,
  requireSwift,
  sharedSwift,
  startLine,
  startSwift,
  startTlsFront,
  withTemporaryDirectory,
  type Line,
  type TestSwift,
} from '#test/support';
import { GivenSwift } from './testing/given-swift.js';

const MIB = 1 << 20;
const BYTES = testBytes(8 * MIB);

describe('Swift over a bad line', () => {
  let given: GivenSwift;
  let line: Line;
  before(async function () {
    requireSwift(this);
    given = new GivenSwift(await sharedSwift());
  });
  beforeEach(async () => {
    line = await startLine(given.swift.port);
  });
  afterEach(async () => {
    await given.close();
    await line.stop();
  });
  const overLine = (settings: object = {}) =>
    given.storage({ authUrl: `http://127.0.0.1:${line.port}/auth/v1.0`, ...settings });

  for (const [why, partSize] of [
    ['in one piece', 16 * MIB],
    ['in parts', MIB],
  ] as const) {
    it(`leaves nothing of an object ${why} when it is cut in the middle of a put, and goes on afterwards`, async () => {
      const container = given.container();
      const storage = await overLine({ container, partSize });
      await storage.put('first', textBody('x'));
      const cut = line.cutAfter(5 * MIB);
      await failsWith('storage.unavailable', () => storage.put('a', bodyOf(BYTES)));
      await cut;
      assert.deepEqual(await given.names(container), ['first']);
      await storage.put('a', bodyOf(BYTES));
      assert.ok(BYTES.equals(await bytesAt(storage, 'a')));
    });
  }

  it('fails the stream of a get when it is cut in the middle, and goes on afterwards', async () => {
    const storage = await overLine();
    await storage.put('a', bodyOf(BYTES));
    void line.cutAfter(3 * MIB);
    await failsWith('storage.unavailable', async () => readAll(await storage.get('a')));
    // A connection that was cut while nobody used it is noticed in the next turn.
    await over(line);
    assert.ok(BYTES.equals(await bytesAt(storage, 'a')));
  });

  it('is given up when it stalls, in a put, a get and a head', async () => {
    const storage = await overLine({ timeoutSeconds: 1 });
    await storage.put('a', bodyOf(BYTES));
    const put = storage.put(
      'b',
      interruptedBody(bodyOf(BYTES), async () => line.stall()),
    );
    const failure = await failsWith('storage.timeout', () => put);
    assert.deepEqual(failure.context, { place: storage.properties.place, key: 'b' });
    await over(line);
    const stream = await storage.get('a');
    line.stall();
    await failsWith('storage.timeout', () => readAll(stream));
    await failsWith('storage.timeout', () => storage.head('a'));
    await over(line);
    assert.ok(BYTES.equals(await bytesAt(storage, 'a')));
  });

  it('lets go at once of what is aborted while it stalls', async () => {
    const storage = await overLine();
    await storage.put('a', bodyOf(BYTES));
    const stream = await storage.get('a');
    line.stall();
    const reason = new Error('no longer wanted');
    const stop = new AbortController();
    const calls = [
      storage.head('a', stop.signal),
      storage.put('b', bodyOf(BYTES), stop.signal),
      storage.remove('a', stop.signal),
      storage.list('', stop.signal)[Symbol.asyncIterator]().next(),
    ];
    const since = monotonicMs();
    setImmediate(() => stop.abort(reason));
    for (const result of await Promise.allSettled(calls))
      assert.equal(result.status === 'rejected' && result.reason, reason);
    stream.destroy();
    assert.ok(monotonicMs() - since < 1000);
    await over(line);
    assert.deepEqual(await keysOf(storage), ['a']);
  });

  it('takes no notice of a long way: a second for every answer', async () => {
    const storage = await overLine();
    await storage.put('a', textBody('x'));
    line.delay(500);
    await storage.put('b', textBody('y'));
    assert.equal(await textAt(storage, 'b'), 'y');
  });

  it('is trusted by TLS only with the authority that is given', async function () {
    requireProgram(this, 'openssl');
    await withTemporaryDirectory(async (directory) => {
      const authority = await makeAuthority(directory);
      await using front = await startTlsFront(given.swift.port, await makeCertificate(directory, authority));
      const url = `https://127.0.0.1:${front.port}`;
      const addresses = { authUrl: `${url}/auth/v1.0`, storageUrl: `${url}/v1/${given.swift.auth.account}` };
      const stranger = await given.storage(addresses);
      const failure = await failsWith('storage.certificate-untrusted', () =>
        stranger.put('a', textBody('x')),
      );
      assert.match(failure.hint, /caFile/);
      const storage = await given.storage({ ...addresses, caFile: authority.certificateFile });
      await storage.put('a', bodyOf(BYTES));
      assert.ok(BYTES.equals(await bytesAt(storage, 'a')));
      await given.close();
    });
  });
});

describe('a Swift that is stopped and started again', () => {
  let swift: TestSwift | undefined;
  before(async function () {
    requireSwift(this);
    swift = await startSwift();
  });
  after(() => swift?.stop());

  it('fails while it is away, and takes a new login when it is back, also for what is put', async () => {
    assert.ok(swift);
    const given = new GivenSwift(swift);
    const storage = await given.storage({ partSize: 3 * MIB });
    await storage.put('a', bodyOf(BYTES));
    await swift.stopServers();
    await failsWith('storage.unavailable', () => storage.put('b', bodyOf(BYTES)));
    await failsWith('storage.unavailable', () => bytesAt(storage, 'a'));
    await failsWith('storage.unavailable', () => keysOf(storage));
    await swift.startServers();
    // Nobody knows the old token any more.
    await storage.put('b', bodyOf(BYTES));
    assert.ok(BYTES.equals(await bytesAt(storage, 'a')));
    assert.deepEqual(await keysOf(storage), ['a', 'b']);
    await given.close();
  });
});

/** Ends a stall, with connections as the network leaves them: those that hung are broken, as their clients know by now. */
async function over(line: Line): Promise<void> {
  line.cut();
  line.goOn();
  do await new Promise(setImmediate);
  while (line.connections().open > 0);
  await new Promise(setImmediate);
}
